import { initAll } from "./nhsuk-frontend.js";
import { fillParts } from "./parts.js";

initAll();
fillParts(document);
