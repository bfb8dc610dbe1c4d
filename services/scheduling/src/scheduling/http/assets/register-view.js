// The register as it is seen: a card for each person, what happened in the session, and the signature.

import { button, draft, field, forgetDrafts, h } from "./register-dom.js";
import { exercises } from "./register-exercises.js";
import { attention, goals, incident, review } from "./register-forms.js";
import { INCIDENTS, STATUSES, inWords, standingContent, unready } from "./register-model.js";

// What is drawn, part by part. `tools`: enter(kind, content, more), redraw(part), takeBack(entry), takeBackSignature(), again(entry, reason), disabled.
export function register(sheet, refused, tools) {
  const marked = sheet.lines.filter((line) => line.status).length;
  const count = sheet.lines.length ? `${marked} of ${sheet.lines.length} marked` : "Nobody has a place in this cohort.";
  const part = (key, shows, build) => [key, [shows, tools.disabled], () => build({ ...tools, redraw: () => tools.redraw(key) })];
  return [
    ...(refused.length ? [part("refused", refused, (own) => refusals(sheet, refused, own))] : []),
    part("count", count, () => h("p", { class: "nhsuk-body" }, count)),
    ...sheet.lines.map((line) => {
      const contested = sheet.contested.filter((one) => one.participant_id === line.participant_id);
      return part(line.participant_id, [line, contested], (own) => card(sheet, line, contested, own));
    }),
    part("incidents", sheet.incidents, (own) => happenings(sheet, own)),
    part("signature", [sheet.signed_off, unready(sheet)], (own) => signature(sheet, own)),
  ];
}

function nameOf(line) {
  return line.display_name ?? "Name not known yet";
}

function card(sheet, line, contested, tools) {
  const name = nameOf(line);
  return h(
    "section",
    { class: "limber-register__card", "aria-labelledby": `name-${line.participant_id}` },
    h("h2", { class: "nhsuk-heading-m", id: `name-${line.participant_id}` }, name),
    line.close_attention && h("p", {}, h("strong", { class: "nhsuk-tag nhsuk-tag--yellow" }, "Needs close attention")),
    line.guest_from && h("p", {}, h("strong", { class: "nhsuk-tag nhsuk-tag--blue" }, `From the group at ${line.guest_from}, this session only`)),
    line.missed_in_a_row >= 2 && h("p", {}, h("strong", { class: "nhsuk-tag nhsuk-tag--red" }, `Missed ${line.missed_in_a_row} in a row`)),
    emergency(line),
    ...contested.map((one) => decision(sheet, one, name, tools)),
    marks(line, name, tools),
    goals(sheet, line, name, tools),
    review(sheet, line, name, tools),
    exercises(sheet, line, name, tools),
    tools.disabled ? null : incident(line, name, tools),
    attention(line, name, tools),
  );
}

function emergency({ emergency_contact_name: who, emergency_contact_phone: phone }) {
  if (!who && !phone) return h("p", { class: "nhsuk-hint" }, "No emergency contact known");
  return h(
    "p",
    { class: "nhsuk-hint" },
    `In an emergency: ${who ?? ""} `,
    phone && h("a", { href: `tel:${phone.replaceAll(" ", "")}` }, phone),
  );
}

function marks(line, name, { enter, disabled, redraw }) {
  const excuseId = `excuse-${line.participant_id}`;
  const saveExcuse = () => {
    const excuse = draft(excuseId, line.mark?.excuse).trim();
    forgetDrafts(excuseId);
    if (excuse === line.mark.excuse) redraw();
    else enter("attendance", { status: "excused", excuse }, { line, replaces: line.mark.entry_id });
  };
  const excuse = field(excuseId, `Why ${name} is excused`, { value: line.mark?.excuse });
  excuse.querySelector("input").addEventListener("change", saveExcuse);
  return h(
    "fieldset",
    { class: "nhsuk-fieldset limber-register__marks", disabled },
    h("legend", { class: "nhsuk-u-visually-hidden" }, `Was ${name} there?`),
    h(
      "div",
      { class: "limber-register__choices" },
      ...Object.entries(STATUSES).map(([status, words]) => {
        const id = `status-${line.participant_id}-${status}`;
        const choose = () => enter("attendance", { status, excuse: "" }, { line, replaces: line.mark?.entry_id });
        return h(
          "div",
          { class: "limber-register__choice" },
          h("input", { type: "radio", id, name: `mark-${line.participant_id}`, value: status, checked: line.status === status, onchange: choose }),
          h("label", { for: id }, words),
        );
      }),
    ),
    line.status === "excused" && excuse,
  );
}

function decision(sheet, contested, name, { enter, disabled }) {
  const line = sheet.lines.find((one) => one.participant_id === contested.participant_id);
  const stands = standingContent(sheet, contested);
  const decide = (content) => enter(contested.kind, content, { line, record: contested.record_id, replaces: contested.stands });
  return h(
    "div",
    { class: "nhsuk-inset-text limber-register__decision", role: "group", "aria-label": `Two entries about ${name} differ` },
    h("p", {}, `The register says: ${inWords(sheet, contested.kind, stands)}. ${contested.by} entered: ${inWords(sheet, contested.kind, contested.content)}. Which is right?`),
    !disabled && button(`keep-${contested.entry_id}`, `Keep: ${inWords(sheet, contested.kind, stands)}`, () => decide(stands), { about: `for ${name}` }),
    !disabled &&
      button(`take-${contested.entry_id}`, `Take: ${inWords(sheet, contested.kind, contested.content)}`, () => decide(contested.content), { about: `for ${name}` }),
  );
}

// What the service refused: never thrown away by itself.
function refusals(sheet, refused, { takeBack, again }) {
  return h(
    "section",
    { class: "nhsuk-warning-callout", "aria-labelledby": "refused" },
    h("h2", { class: "nhsuk-warning-callout__label", id: "refused" }, h("span", { class: "nhsuk-u-visually-hidden" }, "Important: "), "Not taken"),
    ...refused.map((entry) => {
      const line = sheet.lines.find((one) => one.participant_id === entry.participant_id);
      const id = `reason-${entry.entry_id}`;
      return h(
        "div",
        {},
        h("p", {}, `${line ? `${nameOf(line)}: ` : ""}${inWords(sheet, entry.kind, entry.content)}. ${entry.sentence}`),
        sheet.signed_off && field(id, "Why it is entered after the signature"),
        button(`again-${entry.entry_id}`, "Send again", () => again(entry, draft(id).trim())),
        button(`drop-${entry.entry_id}`, "Give it up", () => takeBack(entry)),
      );
    }),
  );
}

function happenings(sheet, tools) {
  return h(
    "section",
    { class: "limber-register__card", "aria-labelledby": "incidents" },
    h("h2", { class: "nhsuk-heading-m", id: "incidents" }, "Incidents"),
    sheet.incidents.length === 0 && h("p", {}, "None logged."),
    sheet.incidents.length > 0 &&
      h(
        "ul",
        { class: "nhsuk-list nhsuk-list--bullet" },
        ...sheet.incidents.map((one) => {
          const line = sheet.lines.find((other) => other.participant_id === one.participant_id);
          return h("li", {}, `${INCIDENTS[one.incident] ?? one.incident}${line ? `, ${nameOf(line)}` : ""}: ${one.what}`);
        }),
      ),
    tools.disabled ? null : incident(null, "", tools),
  );
}

function signature(sheet, { enter, takeBackSignature, disabled }) {
  const why = unready(sheet);
  if (sheet.signed_off) {
    return h(
      "section",
      { class: "limber-register__card", "aria-labelledby": "sign-off-heading" },
      h("h2", { class: "nhsuk-heading-m", id: "sign-off-heading" }, "Signed off"),
      h("p", {}, "It is sent as soon as there is a connection."),
      button("unsign", "Take the signature back", takeBackSignature),
    );
  }
  return h(
    "section",
    { class: "limber-register__card", "aria-labelledby": "sign-off-heading" },
    h("h2", { class: "nhsuk-heading-m", id: "sign-off-heading" }, "Sign off"),
    h("p", { id: "sign-off-hint" }, why || "Signing off puts your name to this register and clears it from this device once it is sent."),
    !disabled && !why && button("sign-off", "Sign off this register", () => enter("sign_off", {}, {}), { kind: "primary" }),
  );
}
