// The register as the tablet has it: what the service knows, with what was entered here and not sent yet laid over it.

export const STATUSES = { present: "Present", absent: "Absent", excused: "Excused" };
export const INCIDENTS = { fall: "Fall", adverse_event: "Adverse event", other: "Other incident" };
export const GOALS_MET = { met: "Met", partly: "In part", not_yet: "Not yet" };

const YOU = "you";

// `entries` are unsent ones, those that were refused left out.
export function overlaid(sheet, entries) {
  const copy = structuredClone(sheet);
  for (const entry of entries.filter((one) => !one.sentence)) lay(copy, entry);
  return copy;
}

function lay(sheet, entry) {
  const made = { entry_id: entry.entry_id, by: YOU, at: entry.at, reason: entry.reason, waits: true, ...entry.content };
  const line = sheet.lines.find((one) => one.participant_id === entry.participant_id);
  sheet.contested = sheet.contested.filter((one) => one.stands !== entry.replaces || !entry.replaces);
  if (entry.kind === "sign_off") sheet.signed_off = made;
  else if (entry.kind === "incident") sheet.incidents.push({ ...made, participant_id: entry.participant_id });
  else if (!line) return;
  else if (entry.kind === "attendance") Object.assign(line, { mark: made, status: made.status });
  else if (entry.kind === "goals") line.goals = made;
  else if (entry.kind === "review") line.review = made;
  else if (entry.kind === "close_attention") Object.assign(line, { flag: made, close_attention: made.close_attention });
  else if (entry.kind === "exercise") {
    const record = { ...made, record_id: entry.record_id, number: sheet.number };
    line.exercises = line.exercises.filter((one) => one.record_id !== entry.record_id);
    if (!entry.content.removed) line.exercises.push(record);
  }
}

// An entry of what somebody did here. `replaces` is the entry that is seen in its place.
export function newEntry(sheet, kind, content, { line, record, replaces, at }) {
  return {
    session: sheet.session_id,
    entry_id: crypto.randomUUID(),
    kind,
    participant_id: line?.participant_id ?? null,
    record_id: kind === "exercise" ? (record ?? crypto.randomUUID()) : null,
    replaces: replaces ?? null,
    at,
    reason: "",
    content,
    made_by: sheet.shown_to,
  };
}

// What stands in the place of a contested entry, as an entry's content.
export function standingContent(sheet, contested) {
  const line = sheet.lines.find((one) => one.participant_id === contested.participant_id);
  const standing = {
    attendance: line?.mark,
    goals: line?.goals,
    review: line?.review,
    close_attention: line?.flag,
    exercise: line?.exercises.find((one) => one.record_id === contested.record_id) ?? { removed: true },
  }[contested.kind];
  return Object.fromEntries(Object.keys(contested.content).map((name) => [name, standing?.[name] ?? contested.content[name]]));
}

// What an entry says, in a few words.
export function inWords(sheet, kind, content) {
  if (kind === "attendance") return STATUSES[content.status] + (content.excuse ? ` (${content.excuse})` : "");
  if (kind === "goals") return `goals: ${content.goals}`;
  if (kind === "review") return `goals ${GOALS_MET[content.goals_met].toLowerCase()}`;
  if (kind === "close_attention") return content.close_attention ? "needs close attention" : "needs no close attention";
  if (kind === "incident") return `${INCIDENTS[content.incident]}: ${content.what}`;
  if (kind === "exercise") return content.removed ? "exercise removed" : exerciseInWords(sheet, content);
  return "signed off";
}

export function exerciseInWords(sheet, record) {
  const station = sheet.stations.find((one) => one.code === record.station);
  const said = [
    station?.title ?? record.station,
    record.level,
    record.repetitions != null && `${record.repetitions} repetitions`,
    record.seconds != null && `${record.seconds} seconds`,
    record.effort != null && `effort ${record.effort}`,
    record.pain != null && `pain ${record.pain}`,
    record.note,
  ];
  return said.filter(Boolean).join(", ");
}

// Why the register can't be signed off yet, or nothing.
export function unready(sheet) {
  const missing = sheet.lines.filter((line) => !line.status).length;
  if (missing) return missing === 1 ? "One person is not marked yet." : `${missing} people are not marked yet.`;
  if (sheet.contested.length) return "Decide first where two people entered differently.";
  return "";
}
