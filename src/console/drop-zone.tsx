// Where a file is dropped or chosen. What is in it is read by a thread of the page alone.

/** The place, which the page's script brings to life. */
export function DropZone({ says }: { readonly says: string }) {
  return (
    <div class="with-script">
      <label class="drop-zone">
        <strong>Drop a CSV here, or choose one</strong>
        <small>{says}</small>
        <input type="file" accept=".csv,.tsv,.txt,.gz,.ndjson,.jsonl,text/csv" />
      </label>
      <div class="drop-steps" />
      <p class="progress-says" role="status" aria-live="polite" />
    </div>
  );
}
