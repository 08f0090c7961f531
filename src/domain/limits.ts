// Every bound of the product, with its unit and its reason. Floors here lie under every policy and contract.

export const LIMITS = {
  /** People behind any released figure, at the least. No document may go below (the engine's hard floor). */
  kFloor: 10,
  /** Nesting of a JSON document; deeper input is refused before it is parsed further (OWASP ASVS 5, 1.5). */
  jsonDepth: 32,
  /** Bytes of a JSON request body. */
  jsonBodyBytes: 1_048_576,
  /** Bytes of one upload part: its digest precedes the body, so a part is what must be sent again on damage. */
  partBytes: 8 * 1_048_576,
  /** Bytes of one upload, all parts together, as sent. */
  uploadBytes: 64 * 1_073_741_824,
  /** Parts of one upload; 8 MiB each makes 64 GiB. */
  uploadParts: 8_192,
  /** Parts of one partner that are on their way at once: each holds a few megabytes, however slowly it comes. */
  partsAtOnce: 16,
  /** Requests of one partner in a minute: 400 a second, about what a room on two cores answers at all. */
  partnerRequestsPerMinute: 24_000,
  /** The part of these that one key or one person may have. */
  handShare: 0.75,
  /** Bytes of one partner's requests in a minute: a list of 1e8 rows at once, and then 2 Gbit a second. */
  partnerBytesPerMinute: 16 * 1_073_741_824,
  /** Requests without a signature or session that holds, from one address in a minute: the console's pages need few. */
  strangerRequestsPerMinute: 3_000,
  /** Addresses that are counted apart, at some 150 bytes each. */
  strangersMetered: 20_000,
  /** Partners, and their keys and people, that are counted apart. */
  partnersMetered: 20_000,
  /** Questions of one partner that are answered or wait for their turn at once. */
  questionsAtOnce: 128,
  /** Questions that the engine compares lists for at once: each has all threads, and all together one memory. */
  questionTurns: 4,
  /** Of one partner: another's question always finds a place. */
  questionTurnsOfOne: 3,
  /** Lists that are sealed at once: each is one pass at the speed of the disk. */
  sealingTurns: 3,
  /** Of one partner. */
  sealingTurnsOfOne: 2,
  /** Requests for deletion that are looked at at once, and of one address. */
  deletionTurns: 4,
  deletionTurnsOfOne: 2,
  /** The part of the database's sessions that transactions for the same parties may have at once. */
  sessionShare: 0.75,
  /** Bytes that one gzip part may grow to: a list shrinks about fourfold, a bomb a thousandfold. */
  inflatedPartBytes: 256 * 1_048_576,
  /** Times that figures or people are looked for anew where lists changed meanwhile; then the room is busy. */
  figureTries: 5,
  /** Milliseconds between the first two of them, at the most; three times as many each time. */
  figureRestMillis: 50,
  /** Sessions of the database for migrations and checks, for requests, and for comparing lists in it. */
  ownerSessions: 2,
  roomSessions: 16,
  tokenSessions: 8,
  /** Keys that are kept parsed, at about a kilobyte each. */
  knownKeys: 10_000,
  /** Connections to the place of metrics at once: monitoring has one or two. */
  metricsConnections: 16,
  /** Milliseconds between two looks for addresses that owe nothing any more: a look goes through all of them. */
  meterSweepMillis: 1_000,
  /** Seconds after which a stream of events ends; whoever is still there comes again, and its session is seen again. */
  eventStreamSeconds: 600,
  /** Seconds for which a client waits at a room's word, at the most: a quota is whole after a minute. */
  retryAfterSeconds: 120,
  /** Seconds in which the head of a request must have arrived, its signature among it. */
  headersSeconds: 20,
  /** Seconds in which a request must have arrived whole: a full part at 30 kB/s. One that stalls longer is ended. */
  requestSeconds: 300,
  /**
   * Seconds for which a connection waits for its next request. A proxy in front keeps one for less (Caddy two minutes,
   * AWS's balancers one): otherwise it would send a request into a connection that is just being closed.
   */
  idleConnectionSeconds: 130,
  /** Bytes of memory that a room is given for lists, at the least: threads need a part of it to work in. */
  memoryBytes: 64 * 1_048_576,
  /** Bytes of one row of a list. */
  rowBytes: 65_536,
  /** Bytes of one record reference. */
  recordBytes: 128,
  /** Rejected rows whose line and reason are kept word for word; the rest are counted by reason. */
  rejectedRowsKept: 1_000,
  /** Distinct identifiers of one kind that the match doctor counts exactly, at 48 bytes each; beyond, a sample. */
  doctorIdentifiers: 1_000_000,
  /** Filled cells of a raw column after which it is refused when most of them are digests already. */
  looksHashedAfter: 100,
  /** Members of a contract: regions grow as 2^members. */
  contractMembers: 12,
  /** Identifiers of one row (`privacy.md`, unit). */
  identifiersPerRow: 5,
  /** Declared values of one attribute: codes take two bytes. */
  attributeValues: 65_000,
  /** Groupings of one attribute in a contract: each is read by the people who sign it. */
  groupings: 8,
  /** Attributes of one dataset. */
  attributes: 64,
  /** Measures of one dataset: each costs four bytes a person. */
  measures: 16,
  /** Attributes of one cross-tab: more cells than people help nobody. */
  crosstabAttributes: 3,
  /** Attributes by which one question chooses people: more than anybody reads in a label. */
  questionClauses: 20,
  /** Cells of one table: each is noised in the transaction that records the answer, up to three figures of 30 µs. */
  crosstabCells: 2_500,
  /** Cells in which two tables are counted together to compare their people; four bytes each in the engine. */
  comparedCells: 1_000_000,
  /** Points of a trend, the newest: answers of four years of weeks. */
  trendPoints: 200,
  /** The largest value of a measure, in units of 10^-scale: columns take four bytes. */
  measureUnits: 2_147_483_647,
  /** Seconds a request signature may live. */
  signatureLifeSeconds: 300,
  /** Seconds by which clocks may differ. */
  clockToleranceSeconds: 60,
  /** Bytes of a nonce, at the least (128 bits). */
  nonceBytes: 16,
  /** Characters of a digest or signature field that is read at all; a signed request needs about 400. */
  signatureFieldCharacters: 4_096,
  /** Characters of a nonce, at the most: it is kept until its window has passed. */
  nonceCharacters: 128,
  /** Signature lines read from one signed note; C2SP signed-note asks for 16 at the least. */
  noteSignatures: 100,
  /** Days an idempotency record is kept. */
  idempotencyDays: 30,
  /** Seconds after which an unfinished idempotent request may be taken up again: its server is gone. */
  idempotencyLeaseSeconds: 120,
  /** Milliseconds in which the command that gives the room's keys must end. */
  keyCommandMillis: 30_000,
  /** Bytes that this command may print: the document of the keys is below a thousand. */
  keyDocumentBytes: 65_536,
  /** Times that the room key may be rotated: each hashes every identifier of every upload once more. */
  roomKeyLinks: 16,
  /** Days an enrolment code is good for. */
  enrolmentDays: 7,
  /** People of one partner who may use the console: entries name them by commitments, which are tried one by one. */
  peoplePerPartner: 200,
  /** Hours that a sign-in link is good for: it may have to be handed on, and lies in a mailbox meanwhile. */
  signInLinkHours: 24,
  /** Minutes without a request after which a session of the console ends (SEC-17). */
  sessionIdleMinutes: 15,
  /** Hours after which a session ends however busy it is: a working day. */
  sessionHours: 12,
  /** Minutes in which a sign-in must come back from a provider: a password, a second factor, and a search for it. */
  signInAttemptMinutes: 10,
  /** Sign-ins of one partner on their way at once: each of its people may try some times. */
  signInAttempts: 1_000,
  /** Seconds in which a provider must answer each request of a sign-in. */
  providerSeconds: 10,
  /** Bytes that a provider may answer with: keys and metadata of large ones have some 20 kB. */
  providerBytes: 524_288,
  /** Seconds for which a browser remembers with whose provider it signed in last: a quarter of a year. */
  entranceSeconds: 7_776_000,
  /** Seconds for which a use of a session need not be written down: pages come in quick succession. */
  sessionTouchSeconds: 60,
  /** Bytes of a form of the console: a question with every clause has about 100 kB. */
  formBytes: 262_144,
  /** Leaf hashes in one answer to a browser that verifies the log: 128 KiB. */
  logLeaves: 4_096,
  /** Entries through which one page of the console's log looks. */
  logWindowEntries: 500,
  /** Times an increment is sealed while other versions come into force, before its commit gives way. */
  sealingTries: 5,
  /** Days an upload may stay open without a part. */
  uploadDays: 2,
  /** Days after a contract's last day in which its members keep what they brought: they may amend it until then. */
  expiredDays: 30,
  /** How long a version is kept for which neither its list nor a policy states it: no question reaches it. */
  unstatedRetention: "P30D",
  /** Questions of one asker that wait for people under one contract: an inbox that nobody reads protects nobody. */
  waitingRequests: 20,
  /** Milliseconds for which a look at the room's parts holds: anybody may ask whether it is ready. */
  readyKeptMillis: 1_000,
  /** Bytes that the disk must have left for a room to take requests: parts of lists, and the database's journal. */
  diskFreeBytes: 256 * 1_048_576,
  /** Milliseconds in which what runs may end when the room is told to stop; a sealing that is cut off begins again. */
  drainMillis: 20_000,
  /** Milliseconds after which a question is told of as slow, unless the operator says otherwise. */
  slowQuestionMillis: 5_000,
  /** Milliseconds between two rounds of what time alone brings about: ends of requests, deletion past retention. */
  houseMillis: 3_600_000,
  /** Identifiers of one erasure: every version of the partner's lists is searched for each. */
  subjectIdentifiers: 1_000,
  /** Parties from which one partner takes requests for deletion: those with which it shares data. */
  requestersPerPartner: 50,
  /** Keys of one of these parties: the one that signs, its successor, and those that still verify. */
  requesterKeys: 8,
  /** Characters of the domain that such a party signs for: entries of the log name it. */
  issuerCharacters: 200,
  /** Bytes of a request for deletion, as sent: two signed JWTs of at most 3,000 characters, with room to spare. */
  deletionRequestBytes: 16_384,
  /** Characters of the name that a requester gives a request. */
  requestIdCharacters: 200,
  /** Seconds by which a request may lie ahead of the room's clock (the framework says five minutes). */
  deletionAheadSeconds: 300,
  /** Seconds after which a request is too old: a day of retries. Its name is remembered for as long, and that ahead. */
  deletionRequestSeconds: 86_400,
  /** Seconds after which a person's own request is too old to be passed on: the 45 days of the CCPA, twice over. */
  deletionOriginSeconds: 90 * 86_400,
  /** Requests for deletion from one address that are looked at in a minute: each costs about a millisecond. */
  deletionRequestsPerMinute: 1_200,
  /** Requests for deletion of one partner's lists that wait for their erasure. */
  deletionsWaiting: 10_000,
  /** Milliseconds between two rounds of erasing whoever was asked for: one pass over the lists serves them all. */
  deletionMillis: 30_000,
  /** Seconds for which requesters may keep `dsrdelete.json`: a day. */
  deletionPollSeconds: 86_400,
  /** Notices that one request acknowledges: ten pages of them. */
  acknowledgedNotices: 1_000,
  /** Items on one page of a list. */
  pageItems: 100,
  /** Milliseconds between the ticks on which noised answers leave, so that sampling time does not show. */
  answerTickMillis: 100,
  /** Seconds after an entry by which a checkpoint that covers it is published, at the most (SEC-18). */
  checkpointSeconds: 60,
  /** Entries after the last published checkpoint that publish the next one, at the most (SEC-18). */
  checkpointEntries: 1_000,
  /** Witnesses of one partner that may cosign at a time: one, and its successor. */
  witnessesPerPartner: 2,
  /** Seconds between two rounds of a witness, at the most: by then a checkpoint may have been published. */
  witnessRoundSeconds: 60,
  /** Cosignatures that a checkpoint is shown with: readers of notes take 100 lines, and the room's own is one. */
  cosignaturesShown: 99,
  /** Characters of a signed note that is read: 100 lines with the longest names. */
  noteCharacters: 32_768,
  /** Entries that one evidence file holds: some 20 MB, which browsers still open. */
  evidenceEntries: 10_000,
  /** Entries that one page of the log holds. */
  logPageEntries: 1_000,
  /** Times one transaction runs before its conflict is let out: with jitter, a tenth in a row is a hot spot. */
  transactionAttempts: 10,
  /** Milliseconds to wait before a transaction runs again, at the most. */
  transactionBackoffMillis: 200,
  /** Milliseconds for which a transaction that only read may stay open once it is over, for its end to go along. */
  readLingersMillis: 20,
  /** Milliseconds to wait for a free session of the database: past it, the room is overloaded and says so. */
  sessionWaitMillis: 30_000,
  /** Milliseconds in which the database must answer for the room to count as ready. */
  readyMillis: 5_000,
  /** Milliseconds between two looks whether the room's own database server still runs. */
  serverWatchMillis: 1_000,
  /** Looks at which it takes nobody and does not recover, before it is stopped to be started again. */
  serverSilentLooks: 4,
  /** Milliseconds between two tries to bring it back, at the most: they double while it does not come. */
  serverRestartMillis: 8_000,
  /** Characters of stored documents of one kind that are kept parsed, all texts together: hundreds of contracts. */
  keptDocumentCharacters: 2_000_000,
  /**
   * Tables, columns, crosswalks and bitmaps that are kept between questions, be there room for more: beside its columns
   * each takes about a kilobyte, and an opened version some ten.
   */
  keptForQuestions: 4_096,
  /** Askers, contracts and lists of which it is remembered what a question was permitted on last. */
  keptGrounds: 4_096,
  /** Answers of a contract from the same versions whose questions are remembered with these grounds. */
  keptGiven: 256,
  /** Entries of the log that are looked through for what concerns somebody, before it is taken that something does. */
  entriesLookedThrough: 256,
  /** Milliseconds to wait for memory that other work has: past it, the room is overloaded and says so. */
  roomWaitMillis: 30_000,
  /** Milliseconds a transaction may sit between statements: a frozen instance must not hold the log for ever. */
  idleInTransactionMillis: 60_000,
  /** Seconds for which a server is believed to be there without a word of it: a pause of its process is shorter. */
  serverLeaseSeconds: 15,
  /** Milliseconds between two words of a server: a few may get lost before its lease is over. */
  serverBeatMillis: 3_000,
  /** Milliseconds between two looks at what other servers did, in case that what they told was not heard. */
  lookAroundMillis: 5_000,
  /** Milliseconds between two words of an upload's progress to the other servers: a person watches. */
  progressToldMillis: 250,
  /** Milliseconds for which another server's word of progress is believed: sealing steps are shorter. */
  progressKeptMillis: 60_000,
  /** Other wordings of a denied question that are weighed, so that a denial costs little more than a permit. */
  alternativesTried: 24,
  /** Permitted wordings that a denial names; more would not be read. */
  alternativesOffered: 5,
  /** Steps by which two versions of a policy are compared, 1 to 3 µs each: about a second; beyond, it is refused. */
  comparisonSteps: 400_000,
  /** Steps of the search for questions that one exposure rests on; beyond, it is refused. */
  exposureSteps: 300_000,
  /** Earlier lists that are made again for one question, as contact caps ask for; older ones count as lost. */
  countedLists: 500,
} as const;
