-- Who has two words in their names, looked for by both at once. Two words that are common each, `john` and `smith`, are
-- rare together: along those who have the one, nearly everybody would have to be asked for the other.
create table user_word_pairs (
    word       text        collate "C" not null,
    beside     text        collate "C" not null,
    user_id    uuid        not null references users (id) on delete cascade,
    created_at timestamptz not null,
    primary key (user_id, word, beside)
);

insert into user_word_pairs (word, beside, user_id, created_at)
select one.word, other.word, one.user_id, one.created_at
from user_words one join user_words other on other.user_id = one.user_id and other.word <> one.word;

create index user_word_pairs_found on user_word_pairs (word, beside, user_id);
