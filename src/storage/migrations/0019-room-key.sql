-- Rotation of the room key: a version is sealed anew with tokens that are keyed again, under a scheme that says so.

comment on table concordat.version is
  'Versions of datasets, each a sealed file. The last one is in force. A file is made anew when people are erased, and when the room key is rotated.';
comment on column concordat.version.scheme is
  'How its tokens were made: by how many keys of the room''s chain, and the last of them; different schemes never join.';
grant update (scheme) on concordat.version to :"app";
