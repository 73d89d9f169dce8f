-- A word and what is left of it when one letter is left out. Two words that are one slip apart (a letter too many, too
-- few, another one, or two neighbours swapped) leave the same behind, one of them or both: a misspelt word is looked up
-- by equality, a handful of times. By shared parts alone, thousands would have to be compared with it.
create function one_left_out(word text) returns setof text
    language sql immutable strict parallel safe
    as $$ select distinct overlay(word placing '' from place for 1) from generate_series(1, length(word)) as place $$;

create table name_word_slips (
    word       text        collate "C" not null references name_words (word) on delete cascade,
    left_over  text        collate "C" not null,
    created_at timestamptz not null,
    primary key (word, left_over)
);

insert into name_word_slips (word, left_over, created_at)
select word, left_over, created_at from name_words, one_left_out(word) as left_over;

create index name_word_slips_found on name_word_slips (left_over, word);

-- Words one slip away from the wanted one, and itself.
create function words_a_slip_away(wanted text) returns setof text
    language sql stable parallel safe rows 20
    as $$
        select word from name_words where word = wanted
        union select word from name_word_slips where left_over = wanted
        union select word from one_left_out(wanted) as mine join name_words on word = mine
        union select word from one_left_out(wanted) as mine join name_word_slips on left_over = mine
    $$;

-- Long words forgive two slips. They have enough parts that a third of them in common is little to look through.
create or replace function words_alike(wanted text, most bigint) returns setof text
    language sql stable parallel safe rows 100
    set pg_trgm.similarity_threshold = 0.35
    as $$ select word from name_words where word % wanted order by similarity(word, wanted) desc, word limit most $$;
