// Where a sign-in link leads, below the room's address.

/** The path of a sign-in link. @param code of an invitation; letters that need no escaping */
export function signInPath(code: string): string {
  return `/console/sign-in/${code}`;
}
