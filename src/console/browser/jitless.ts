// Schemas are run and not compiled: a page may not make functions out of text, and trying is reported as a fault.
// Imported first, since schemas look once, when they are made.

import { config } from "zod";

config({ jitless: true });
