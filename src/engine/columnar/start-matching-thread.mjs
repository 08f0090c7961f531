// Where the second thread begins: its program is TypeScript, and a thread registers tsx for itself.

import { register } from "tsx/esm/api";

register();
await import("./matching-thread.ts");
