// Goals and their review, incidents, and the flag for close attention.

import { button, choice, draft, field, folded, forgetDrafts, h } from "./register-dom.js";
import { GOALS_MET, INCIDENTS } from "./register-model.js";

const errors = new Map();

// Written at the first session; shown at the others.
export function goals(sheet, line, name, { enter, redraw, disabled }) {
  if (!sheet.is_first || line.guest_from || disabled) return line.goals ? shownGoals(line) : null;
  const at = (part) => `goals-${line.participant_id}-${part}`;
  const save = () => {
    const content = {
      goals: draft(at("goals"), line.goals?.goals).trim(),
      action_plan: draft(at("plan"), line.goals?.action_plan).trim(),
    };
    errors.set(at("goals"), content.goals ? "" : "Enter at least one goal");
    if (!content.goals) {
      redraw();
      document.getElementById(at("goals")).focus();
      return;
    }
    forgetDrafts(at("goals"), at("plan"));
    enter("goals", content, { line, replaces: line.goals?.entry_id });
  };
  return folded(
    `goals-${line.participant_id}`,
    h("span", {}, line.goals ? "Goals and action plan (written)" : "Goals and action plan", hidden(` of ${name}`)),
    field(at("goals"), "What they want to be able to do", { type: "textarea", value: line.goals?.goals, error: errors.get(at("goals")) }),
    field(at("plan"), "How they mean to get there", { type: "textarea", value: line.goals?.action_plan }),
    button(at("save"), "Save goals", save, { about: `of ${name}` }),
  );
}

// At the last session.
export function review(sheet, line, name, { enter, redraw, disabled }) {
  if (!sheet.is_last || line.guest_from || disabled) return line.review ? h("p", {}, `Goals: ${GOALS_MET[line.review.goals_met]}. ${line.review.review}`) : null;
  const at = (part) => `review-${line.participant_id}-${part}`;
  const save = () => {
    const goals_met = draft(at("met"), line.review?.goals_met);
    errors.set(at("met"), goals_met ? "" : "Choose how the goals stand");
    if (!goals_met) {
      redraw();
      document.getElementById(at("met")).focus();
      return;
    }
    const content = { goals_met, review: draft(at("text"), line.review?.review).trim() };
    forgetDrafts(at("met"), at("text"));
    enter("review", content, { line, replaces: line.review?.entry_id });
  };
  return folded(
    `review-${line.participant_id}`,
    h("span", {}, line.review ? "Review of goals (written)" : "Review of goals", hidden(` of ${name}`)),
    choice(at("met"), "Have they met their goals?", Object.entries(GOALS_MET), { value: line.review?.goals_met, error: errors.get(at("met")) }),
    field(at("text"), "What they say, and what comes next", { type: "textarea", value: line.review?.review }),
    button(at("save"), "Save review", save, { about: `of ${name}` }),
  );
}

export function attention(line, name, { enter, disabled }) {
  const words = line.close_attention ? "No longer needs close attention" : "Needs close attention";
  if (disabled) return null;
  return button(
    `attention-${line.participant_id}`,
    words,
    () => enter("close_attention", { close_attention: !line.close_attention }, { line, replaces: line.flag?.entry_id }),
    { about: `: ${name}` },
  );
}

// About one person, or without `line` about nobody in particular.
export function incident(line, name, { enter, redraw }) {
  const id = `incident-${line?.participant_id ?? "session"}`;
  const at = (part) => `${id}-${part}`;
  const wrong = errors.get(id) ?? {};
  const save = () => {
    const content = { incident: draft(at("kind")), what: draft(at("what")).trim(), done: draft(at("done")).trim() };
    const found = {
      kind: content.incident ? "" : "Choose what kind of incident it was",
      what: content.what ? "" : "Enter what happened",
    };
    errors.set(id, found);
    if (found.kind || found.what) {
      redraw();
      document.getElementById(at(found.kind ? "kind" : "what")).focus();
      return;
    }
    forgetDrafts(at("kind"), at("what"), at("done"));
    enter("incident", content, { line });
    document.getElementById(`${id}-summary`)?.focus();
  };
  return folded(
    id,
    h("span", {}, "Log an incident", hidden(name ? ` of ${name}` : " that is about nobody in particular")),
    choice(at("kind"), "What kind", Object.entries(INCIDENTS), { error: wrong.kind }),
    field(at("what"), "What happened", { type: "textarea", error: wrong.what }),
    field(at("done"), "What was done at once", { type: "textarea" }),
    h("p", { class: "nhsuk-hint" }, "It can't be changed afterwards. A clinician gets a task to look at it."),
    button(at("save"), "Log incident", save, { about: name ? `of ${name}` : "" }),
  );
}

function shownGoals(line) {
  return h(
    "p",
    {},
    h("strong", {}, "Goals: "),
    line.goals.goals,
    line.goals.action_plan && h("span", {}, h("br"), h("strong", {}, "Action plan: "), line.goals.action_plan),
  );
}

function hidden(words) {
  return h("span", { class: "nhsuk-u-visually-hidden" }, words);
}
