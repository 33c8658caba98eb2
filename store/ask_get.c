/* get: one record, now, as of a day, or as recorded. */
#include "store/asking.h"

static int add_sight(struct mp_store_asking *asking, const struct mp_store_sight *sight)
{
    struct mp_record_row row = {.recorded_later = sight->recorded_later};
    int error;

    mp_buffer_clear(&asking->record);
    error = mp_record_encode(&sight->record, asking->arena, &asking->record);
    if (error == 0)
        error = asking->record.error;
    if (error < 0)
        return error;
    row.record = mp_buffer_span(&asking->record);
    return mp_page_add_row(asking->page, &row);
}

static int not_then(struct mp_store_asking *asking, const struct mp_record *current)
{
    char day[MP_DAY_TEXT];

    if (asking->ask->as_of.mode == MP_AS_RECORDED)
        return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND,
                                      "%s was not on record then: it came later", asking->ask->id);
    mp_day_format(current->observation.stated_on, day);
    return mp_store_asking_refuse(asking, MP_ASK_NOT_FOUND, "%s was said later, on %s",
                                  asking->ask->id, day);
}

int mp_store_ask_get(struct mp_store_asking *asking)
{
    const struct mp_ask *ask = asking->ask;
    struct mp_store_sight sight = {.exists = false};
    struct mp_subject subject;
    struct mp_record current;
    int result = mp_subject_parse(asking->arena, ask->record_kind, ask->id, &subject);

    if (result == MP_EMALFORMED)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "\"%s\" is no id of its kind (%s): correct it", ask->id,
                                      mp_code_name(MP_FAMILY_KIND, (int)ask->record_kind));
    if (result == 0)
        result = mp_store_asking_set_time(asking);
    if (result < 0 || asking->is_refused)
        return result;
    result = mp_store_state_get(asking->txn, asking->tables, &subject, asking->arena, &current);
    if (result <= 0)
        return result < 0 ? result : mp_store_asking_not_found(asking);
    result = mp_store_see(asking, &current, &sight);
    if (result < 0)
        return result;
    return sight.exists ? add_sight(asking, &sight) : not_then(asking, &current);
}
