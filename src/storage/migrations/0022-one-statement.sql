-- What is asked on almost every request, each as one statement that is a transaction by itself: whether a signed request
-- comes in, and whether the log tells parties anything new. Servers that know migration 0021 serve beside this one.

create function concordat.admit(
  signed_with text, signer text, spent text, seconds integer,
  out key_of text, out revoked double precision, out was_new boolean, out at double precision)
  language plpgsql as $$
begin
  perform set_config('concordat.parties', array[signer]::text, true);
  select key.partner, concordat.millis(key.revoked_at) into key_of, revoked
    from concordat.partner_key key where key.thumbprint = signed_with;
  insert into concordat.nonce as held (partner, nonce, expires_at)
    values (signer, spent, now() + make_interval(secs => seconds))
    on conflict on constraint nonce_pkey do update set expires_at = excluded.expires_at where held.expires_at <= now();
  was_new := found;
  at := concordat.millis(now());
end $$;
comment on function concordat.admit(text, text, text, integer) is
  'Whose the key of a thumbprint is, since when it is revoked, and whether a nonce was new to the signer; it is spent.';

create function concordat.log_since(
  parties text[], seen bigint, most bigint,
  out size bigint, out is_ours boolean, out at double precision)
  language plpgsql as $$
begin
  perform set_config('concordat.parties', parties::text, true);
  select head.size into strict log_since.size from concordat.log_head head;
  is_ours := case when log_since.size - seen between 0 and most then exists (
    select from concordat.log_entry entry
    where entry.index = any (array(select generate_series(seen, log_since.size - 1))))
    else true end;
  at := concordat.millis(now());
end $$;
comment on function concordat.log_since(text[], bigint, bigint) is
  'The size of the log, and whether an entry from one on concerns parties; true where there are too many to look.';
