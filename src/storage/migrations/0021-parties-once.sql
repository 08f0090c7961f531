-- Tables of which a question reads many rows: for whom the transaction acts is worked out once a statement, and not
-- once a row. The rows that show are the same.
-- Servers that know migration 0020 serve beside this one.

alter policy own_rows on concordat.ledger_debit
  using (partner = any ((select concordat.parties())::text[]))
  with check (partner = any ((select concordat.parties())::text[]));
alter policy members_rows on concordat.release
  using (members && (select concordat.parties()))
  with check (recipient = any ((select concordat.parties())::text[]));
