// Sends what waits, in its order, and keeps what the service answers. Sending again is harmless: every entry has its own id.

import { settle, unsent } from "./register-store.js";

const PATIENCE = 15_000; // milliseconds
const AT_MOST = 500;

export const SENT = "sent";
export const NO_CONNECTION = "no connection";
export const SIGNED_OUT = "signed out";
export const SOMEBODY_ELSE = "somebody else";
export const REFUSED = "refused";

// Says how it went; `sentence` is the service's own where it refused everything. One page at a time sends.
export async function send(session, { member, asMine = false }) {
  const sent = await navigator.locks.request(`limber-register-${session}`, { ifAvailable: true }, (lock) =>
    lock ? sendAll(session, member, asMine) : { state: SENT },
  );
  return sent;
}

async function sendAll(session, member, asMine) {
  let sheet;
  for (;;) {
    const waiting = (await unsent(session)).filter((entry) => !entry.sentence).slice(0, AT_MOST);
    if (!waiting.length) return { state: SENT, sheet };
    if (!asMine && waiting.some((entry) => entry.made_by !== member)) return { state: SOMEBODY_ELSE };
    const answer = await post(session, waiting);
    if (!answer.taken) return answer;
    const results = new Map(answer.taken.map((one) => [one.entry_id, one]));
    const refused = waiting.filter((entry) => results.get(entry.entry_id)?.result === "refused");
    const gone = waiting.filter((entry) => results.has(entry.entry_id) && !refused.includes(entry));
    for (const entry of refused) entry.sentence = results.get(entry.entry_id).sentence;
    sheet = answer.register;
    await settle(gone, refused, sheet, ahead(sheet));
    if (!gone.length && !refused.length) return { state: REFUSED, sentence: "The service did not answer for what was sent." };
  }
}

async function post(session, entries) {
  const body = JSON.stringify({ entries: entries.map(forService) });
  const answer = await ask(`/scheduling/sessions/${session}/register/entries`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  return answer.body ?? answer;
}

function forService({ entry_id, kind, participant_id, record_id, replaces, at, reason, content }) {
  return { entry_id, kind, participant_id, record_id, replaces, at, reason, content };
}

// The register as the service has it now.
export async function fetchSheet(session) {
  const answer = await ask(`/scheduling/sessions/${session}/register`, {});
  return answer.body ? { state: SENT, sheet: answer.body } : answer;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.ok) return { body: await response.json() };
    if (response.status === 401) return { state: SIGNED_OUT };
    if (response.status < 500 && response.status !== 429) return { state: REFUSED, sentence: (await response.json()).error };
  } catch {
    // No answer, not in time, or one that is not the service's: the same to the person at the tablet.
  }
  return { state: NO_CONNECTION };
}

// How far the service's time is ahead of this tablet's, in milliseconds.
export function ahead(sheet) {
  return Date.parse(sheet.shown_at) - Date.now();
}
