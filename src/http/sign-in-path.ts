// Where people come into the console, below the room's address.

/** The path of a sign-in link. @param code of an invitation; letters that need no escaping */
export function signInPath(code: string): string {
  return `/console/sign-in/${code}`;
}

/** Where people sign in with an account of their company's. @param entrance letters that need no escaping */
export function accountPath(entrance: string): string {
  return `/console/account/${entrance}`;
}

/** Where providers send browsers back to: the one redirect URI that is registered with each of them. */
export const RETURN_PATH = "/console/returned";
