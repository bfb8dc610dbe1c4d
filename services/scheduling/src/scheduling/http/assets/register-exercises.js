// What one person did at the stations, with last time's beside it. It is recorded and shown; nothing is worked out from it.

import { button, choice, draft, field, folded, forgetDrafts, h } from "./register-dom.js";
import { exerciseInWords } from "./register-model.js";

const EFFORTS = [
  [0, "0, none at all"],
  [0.5, "0.5, just noticeable"],
  [1, "1, very light"],
  [2, "2, light"],
  [3, "3, moderate"],
  [4, "4, somewhat hard"],
  [5, "5, hard"],
  [6, "6"],
  [7, "7, very hard"],
  [8, "8"],
  [9, "9"],
  [10, "10, the hardest"],
];
const PAINS = Array.from({ length: 11 }, (_, number) => [number, `${number}${{ 0: ", none", 10: ", the worst" }[number] ?? ""}`]);
const WHOLE = /^[0-9]{1,4}$/;

const errors = new Map();

// `enter(kind, content, more)` takes an entry, `redraw()` shows the page again.
export function exercises(sheet, line, name, { enter, redraw, disabled }) {
  const id = `exercises-${line.participant_id}`;
  const count = line.exercises.length ? ` (${line.exercises.length})` : "";
  return folded(
    id,
    h("span", {}, `Exercises${count}`, h("span", { class: "nhsuk-u-visually-hidden" }, ` of ${name}`)),
    line.exercises.length > 0 && recorded(sheet, line, name, { enter, disabled }),
    line.last_time.length > 0 && lastTime(sheet, line),
    disabled ? null : form(sheet, line, name, { enter, redraw }),
  );
}

function recorded(sheet, line, name, { enter, disabled }) {
  return h(
    "div",
    {},
    h("h3", { class: "nhsuk-heading-xs" }, "Today"),
    h(
      "ul",
      { class: "nhsuk-list limber-register__records" },
      ...line.exercises.map((record) =>
        h(
          "li",
          {},
          exerciseInWords(sheet, record),
          !disabled &&
            button(
              `remove-${record.record_id}`,
              "Remove",
              () =>
                enter("exercise", { ...contentOf(record), removed: true }, { line, record: record.record_id, replaces: record.entry_id }),
              { about: `${exerciseInWords(sheet, record)} of ${name}` },
            ),
        ),
      ),
    ),
  );
}

function lastTime(sheet, line) {
  return h(
    "div",
    {},
    h("h3", { class: "nhsuk-heading-xs" }, "Last time"),
    h(
      "ul",
      { class: "nhsuk-list" },
      ...line.last_time.map((record) => h("li", {}, `${exerciseInWords(sheet, record)} (session ${record.number})`)),
    ),
  );
}

function form(sheet, line, name, { enter, redraw }) {
  const at = (part) => `exercise-${line.participant_id}-${part}`;
  const parts = ["station", "level", "count", "effort", "pain", "note"];
  const wrong = errors.get(line.participant_id) ?? {};
  const station = sheet.stations.find((one) => one.code === draft(at("station")));
  const before = line.last_time.find((one) => one.station === station?.code);

  const save = () => {
    const found = check(station, Object.fromEntries(parts.map((part) => [part, draft(at(part)).trim()])));
    errors.set(line.participant_id, found.errors);
    if (!found.content) {
      redraw();
      const first = parts.find((part) => found.errors[part]);
      document.getElementById(at(first)).focus();
      return;
    }
    forgetDrafts(...parts.map(at));
    enter("exercise", found.content, { line });
    document.getElementById(at("station"))?.focus();
  };

  const stations = sheet.stations.map((one) => [one.code, one.title]);
  const choose = choice(at("station"), "Station", stations, { error: wrong.station });
  choose.querySelector("select").addEventListener("change", redraw);
  return h(
    "div",
    { class: "limber-register__form", role: "group", "aria-label": `Add an exercise of ${name}` },
    h("h3", { class: "nhsuk-heading-xs" }, "Add an exercise"),
    choose,
    before && h("p", { class: "limber-register__before" }, `Last time: ${exerciseInWords(sheet, before)}`),
    h(
      "div",
      { class: "limber-register__row" },
      field(at("count"), station?.measure === "seconds" ? "Seconds" : "Repetitions", { type: "number", width: 4, error: wrong.count }),
      field(at("level"), "Level", { width: 10 }),
      choice(at("effort"), "Effort (Borg CR10)", EFFORTS, { blank: "Not asked" }),
      choice(at("pain"), "Pain, 0 to 10", PAINS, { blank: "Not asked" }),
    ),
    field(at("note"), "Note"),
    button(at("save"), "Save exercise", save, { about: `of ${name}` }),
  );
}

function check(station, { level, count, effort, pain, note }) {
  if (!station) return { errors: { station: "Choose a station" } };
  if (count && !WHOLE.test(count)) {
    return { errors: { count: `${station.measure === "seconds" ? "Seconds" : "Repetitions"} must be a whole number` } };
  }
  const content = { station: station.code, level, note, repetitions: null, seconds: null, removed: false };
  if (count) content[station.measure] = Number(count);
  content.effort = effort ? Number(effort) : null;
  content.pain = pain ? Number(pain) : null;
  return { content, errors: {} };
}

function contentOf({ station, level, repetitions, seconds, effort, pain, note }) {
  return { station, level, repetitions, seconds, effort, pain, note, removed: false };
}
