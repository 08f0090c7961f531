// What the room as a whole holds and has to do: sums over all partners, and nothing by which one of them could be told.

export type RoomFiguresRow = {
  /** Sealed files of people, and their bytes together. */
  readonly files: number;
  readonly fileBytes: number;
  /** Bytes that the database takes on its disk. */
  readonly databaseBytes: number;
  readonly uploadsOpen: number;
  readonly questionsWaiting: number;
  /** Deletions and destroyed keys whose files are not gone yet, or whose certificate is not written. */
  readonly destructionsDue: number;
  readonly sessions: number;
};

export type RoomFigures = {
  /** Throws unless the act is for every partner: what is hidden must not seem absent. */
  readonly read: () => Promise<RoomFiguresRow>;
};
