// Says what is wrong with FHIR resources, one JSON or XML file each; exit code 0 means nothing.
import { readFileSync } from "node:fs";
import { Fhir } from "fhir/fhir.js";

const fhir = new Fhir();
let wrong = 0;
for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, "utf8");
  const resource = text.trimStart().startsWith("<") ? fhir.xmlToObj(text) : JSON.parse(text);
  for (const message of fhir.validate(resource, { errorOnUnexpected: true }).messages) {
    if (message.severity !== "error" && message.severity !== "fatal") continue;
    wrong += 1;
    console.log(`${path}: ${message.location ?? ""} ${message.message}`);
  }
}
process.exit(wrong === 0 ? 0 : 1);
