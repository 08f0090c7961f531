// Who has which session, and who waits for one: party after party, and no party ever has them all.

import { type FairQueue, fairQueue } from "../domain/fair-queue.ts";
import { LIMITS } from "../domain/limits.ts";

/** No session was free in the time for which one is waited. */
class SessionsBusy extends Error {
  override readonly name = "SessionsBusy";
}

type Waiting<Session> = {
  readonly party: string;
  readonly settle: (session: Session) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};

/** How many sessions there may be, are lent out, and are waited for. */
export type PoolUse = { readonly size: number; readonly lent: number; readonly waiting: number };

/** A session that nobody has, or null while there is none; and where one goes that nobody took. */
type Stock<Session> = { readonly free: () => Session | null; readonly keep: (session: Session) => void };

export type Lending<Session> = {
  /** Waits for the party's turn. */
  readonly take: (party: string) => Promise<Session>;
  /** Notes that a session came back, and lends whatever is free to those whose turn it is. */
  readonly end: (session: Session) => void;
  /** Fails everybody who waits. */
  readonly refuse: (error: Error) => void;
  readonly use: () => PoolUse;
};

/** Lends at most `size` sessions of a stock, of which one party has `LIMITS.sessionShare` at the most. */
export function lendingOf<Session>({ free, keep }: Stock<Session>, size: number): Lending<Session> {
  const waiting = fairQueue<Waiting<Session>>();
  const lent = new Map<Session, string>();
  const mostOfOne = Math.ceil(size * LIMITS.sessionShare);
  const mayHaveMore = (party: string) => {
    let count = 0;
    for (const other of lent.values()) if (other === party) count++;
    return count < mostOfOne;
  };
  const lend = () => {
    for (let session = free(); session !== null; session = free()) {
      const next = waiting.next(mayHaveMore);
      if (next === null) return keep(session);
      clearTimeout(next.timer);
      lent.set(session, next.party);
      next.settle(session);
    }
  };
  return {
    take: (party) => {
      const session = inTurn(waiting, party);
      lend();
      return session;
    },
    end: (session) => {
      lent.delete(session);
      if (waiting.size() > 0) lend();
    },
    refuse: (error) => {
      for (const { fail, timer } of waiting.drain()) {
        clearTimeout(timer);
        fail(error);
      }
    },
    use: () => ({ size, lent: lent.size, waiting: waiting.size() }),
  };
}

function inTurn<Session>(waiting: FairQueue<Waiting<Session>>, party: string): Promise<Session> {
  return new Promise((settle, fail) => {
    const timer = setTimeout(() => {
      waiting.remove(party, own);
      fail(new SessionsBusy(`no database session was free for ${LIMITS.sessionWaitMillis} ms`));
    }, LIMITS.sessionWaitMillis);
    const own = { party, settle, fail, timer };
    waiting.add(party, own);
  });
}
