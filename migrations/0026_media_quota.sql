-- How many bytes of files a person has is asked at each upload: the index alone answers.
create index media_room on media (owner_id) include (size) where state <> 'deleting';
