// Where a room's keys come from, as its settings say. No secret stands here: variables are read when the keys are.

/**
 * - `file`: a document of mode 0600, made at the first start
 * - `env`: one variable of the environment a key, their names beginning with the prefix
 * - `command`: a command line of the shell that prints the document
 */
export type KeyPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "env"; readonly prefix: string; readonly variable: (name: string) => string | undefined }
  | { readonly kind: "command"; readonly command: string };

/**
 * The variables that hold keys under a prefix. Those that come next need not be there, nor the links of the room key,
 * which stand one behind the other with white space between them.
 */
export function keyVariables(prefix: string) {
  return {
    wrapping: `${prefix}WRAPPING`,
    nextWrapping: `${prefix}NEXT_WRAPPING`,
    room: `${prefix}ROOM`,
    roomLinks: `${prefix}ROOM_LINKS`,
    nextRoom: `${prefix}NEXT_ROOM`,
    log: `${prefix}LOG`,
    nextLog: `${prefix}NEXT_LOG`,
  };
}
