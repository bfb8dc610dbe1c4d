// Says whether npm's standardwebhooks verifies a webhook: {secret, headers, body} on standard input.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  console.log(`verified ${new Webhook(secret).verify(body, headers).type}`);
} catch (error) {
  console.log(`refused: ${error.message}`);
}
