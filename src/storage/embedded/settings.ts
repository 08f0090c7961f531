// How the embedded Postgres runs: durable, reachable through its socket alone, silent about what passes through it.
// The settings go on its command line, where nothing in the database can change them.

/** Settings by name. */
export const SERVER_SETTINGS = {
  // Nobody reaches it but through the socket's closed directory.
  listen_addresses: "",
  // What is acknowledged is on disk.
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  shared_buffers: "128MB",
  max_connections: "120",
  max_wal_size: "1GB",
  // Compiling costs more than it saves on queries of our size.
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  // The log tells of the server, never of a statement or a value: `log` ranks above errors, which only callers see.
  log_destination: "stderr",
  logging_collector: "off",
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_duration_sample: "-1",
  log_transaction_sample_rate: "0",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_lock_waits: "off",
  log_temp_files: "-1",
  log_checkpoints: "off",
  log_autovacuum_min_duration: "-1",
} as const;
