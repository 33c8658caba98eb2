/* The documentation of every field, and the columns of a record, from the tables. */
#include "clients/cli/command.h"
#include "clients/cli/fields.h"
#include "clients/cli/fields_table.h"

#include <string.h>

static void document_rows(FILE *out, const struct field_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];

        if (field->doc == NULL)
            continue;
        (void)fprintf(out, "| `%s` | %s | %s", field->name, field_type_name(field), field->doc);
        if (field->type == FIELD_CODE)
            (void)fprintf(out, " (%s)", mp_code_names((enum mp_code_family)field->detail));
        (void)fprintf(out, " |\n");
    }
}

static void document_head(FILE *out, const char *title, const char *about)
{
    (void)fprintf(out, "\n## %s\n\n", title);
    if (about != NULL && about[0] != '\0')
        (void)fprintf(out, "%s\n\n", about);
    (void)fprintf(out, "| field | type | what |\n|---|---|---|\n");
}

static void document(FILE *out, const struct field_table *table, const struct field_table *more)
{
    document_head(out, table->title, table->about);
    document_rows(out, table);
    if (more != NULL)
        document_rows(out, more);
}

void fields_document(FILE *out)
{
    (void)fprintf(
        out, "# JSON of the command line\n\n"
             "Made from the program's own tables (`milepost help json`). Days are `YYYY-MM-DD`, "
             "times are UTC.\nIntegers beyond 2^53 and numbers of more than 15 digits are texts. "
             "What is not known is absent,\nnever null. `-o json` gives an array (one object with "
             "`get`), `-o ndjson` an object a line.\n");
    document(out, &field_common, NULL);
    for (int kind = MP_KIND_TERM; kind <= MP_KIND_LAST; kind++) {
        if (field_definitions[kind].count > 0)
            document(out, &field_definitions[kind], &field_standings[kind]);
    }
    document(out, &field_slot, NULL);
    document(out, &field_key, NULL);
    document(out, &field_special_day, NULL);
    document(out, &field_event, &field_change);
    (void)fprintf(out, "\nAn event has, besides, the fields of its kind of change. Those that "
                       "define a record have the\nfields of that record above; a history row has "
                       "`withdrawn_by` and `recorded_later` too.\n");
    for (size_t i = 0; i < FIELD_CHANGE_TABLES; i++)
        document(out, &field_changes[i], NULL);
    (void)fprintf(out, "\nWhat questions answer follows. A figure that is not there says why in a "
                       "field of its name with\n`_absent` behind it. Late is positive, in days.\n");
    for (size_t i = 0; i < field_question_count; i++)
        document(out, &field_questions[i], NULL);
}

/* One for each value that people look for in it. */
static const char *add_columns(struct mp_arena *arena, const char *columns,
                               const struct field_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        const char *type = field_type_name(field), *name = field->name;

        /* An id heads the row; what is written as one is shown as two; days are a list of their
         * own (calendar show). */
        if (field->type == FIELD_ID || field->type == FIELD_PERIOD ||
            field->type == FIELD_SPECIAL_DAYS)
            continue;
        columns = strcmp(type, "object") == 0 ? cli_text(arena, "%s %s.date %s.precision %s.reason",
                                                         columns, name, name, name)
                                              : cli_text(arena, "%s %s", columns, name);
    }
    return columns;
}

const char *fields_columns(struct mp_arena *arena, enum mp_kind kind)
{
    const char *columns = add_columns(arena, "kind id", &field_definitions[kind]);

    columns = add_columns(arena, columns, &field_standings[kind]);
    /* An observation says itself where it can be read. */
    return cli_text(arena, "%s removed%s note recorded_later", columns,
                    kind == MP_KIND_OBSERVATION ? "" : " source");
}
