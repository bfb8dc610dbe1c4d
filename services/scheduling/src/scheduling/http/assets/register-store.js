// What the tablet keeps of registers: for each session the sheet as the service gave it, and what was entered and not sent yet.
// It goes when the register is signed off, or a day after the session, whichever comes first; what was not sent stays.

const NAME = "limber-register";
const KEPT_FOR = 24 * 60 * 60 * 1000; // milliseconds after the session's end

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("sheets", { keyPath: "session" });
      const entries = request.result.createObjectStore("entries", { keyPath: "order", autoIncrement: true });
      entries.createIndex("session", "session");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("the database is in use by an older page"));
  });
  return opened;
}

// One transaction; resolves once it is on the disk.
async function within(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const request = work(transaction);
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export async function keepSheet(sheet, ahead) {
  const kept = { session: sheet.session_id, sheet, ahead, until: Date.parse(sheet.ends_at) - ahead + KEPT_FOR };
  await within(["sheets"], "readwrite", (transaction) => transaction.objectStore("sheets").put(kept));
}

// The sheet with how far domain time is ahead of this tablet's clock (milliseconds), or undefined.
export function keptSheet(session) {
  return within(["sheets"], "readonly", (transaction) => transaction.objectStore("sheets").get(session));
}

export async function addEntries(entries) {
  await within(["entries"], "readwrite", (transaction) => {
    for (const entry of entries) transaction.objectStore("entries").add(entry);
  });
}

// What was entered and not sent, in its order. Those that the service refused have the `sentence` with which it did.
export function unsent(session) {
  return within(["entries"], "readonly", (transaction) => transaction.objectStore("entries").index("session").getAll(session));
}

// Forgets the entries that the service has and notes why it refused others, together with the sheet as it is now.
export async function settle(gone, refused, sheet, ahead) {
  const kept = { session: sheet.session_id, sheet, ahead, until: Date.parse(sheet.ends_at) - ahead + KEPT_FOR };
  await within(["entries", "sheets"], "readwrite", (transaction) => {
    for (const entry of gone) transaction.objectStore("entries").delete(entry.order);
    for (const entry of refused) transaction.objectStore("entries").put(entry);
    transaction.objectStore("sheets").put(kept);
  });
}

export async function takeBack(entry) {
  await within(["entries"], "readwrite", (transaction) => transaction.objectStore("entries").delete(entry.order));
}

export async function changeEntry(entry) {
  await within(["entries"], "readwrite", (transaction) => transaction.objectStore("entries").put(entry));
}

// Forgets a session whose register is done with; what was not sent stays, and its sheet with it.
export async function forget(session) {
  if ((await unsent(session)).length) return false;
  await within(["sheets"], "readwrite", (transaction) => transaction.objectStore("sheets").delete(session));
  return true;
}

export async function forgetOld(now) {
  const kept = await within(["sheets"], "readonly", (transaction) => transaction.objectStore("sheets").getAll());
  for (const { session, until } of kept) if (until < now) await forget(session);
}
