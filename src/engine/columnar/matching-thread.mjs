// The entry of the second thread. A thread of Node 20 does not inherit the loader that reads TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./matching-thread.ts");
