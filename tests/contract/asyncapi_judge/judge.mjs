// Says what is wrong with an AsyncAPI document and with the examples in it; exit code 0 means nothing.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const wrong = diagnostics.filter((each) => each.severity === 0).map((each) => `${each.path.join(".")}: ${each.message}`);

// The parser doesn't compare a message's examples with its payload.
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
for (const message of document?.messages() ?? []) {
  const fits = ajv.compile(message.payload().json());
  for (const example of message.examples()) {
    if (!fits(example.payload())) wrong.push(`${message.id()}, example ${example.name()}: ${ajv.errorsText(fits.errors)}`);
  }
}

for (const each of wrong) console.log(each);
process.exit(document && wrong.length === 0 ? 0 : 1);
