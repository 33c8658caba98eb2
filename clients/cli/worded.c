#include "clients/cli/worded.h"

#include <string.h>

const char *cli_word(struct mp_arena *arena, const struct cli_command *command, size_t i)
{
    const char *at = command->arguments + (command->arguments[0] == '[');
    size_t size = strcspn(at, "] ");

    if (memchr(at, '|', size) == NULL)
        return NULL;
    for (const char *end = at + size; at < end; at += strcspn(at, "| ") + 1) {
        if (i-- == 0)
            return cli_text(arena, "%.*s", (int)strcspn(at, "|] "), at);
    }
    return NULL;
}

static int check_options(const struct cli *cli, const struct worded *word)
{
    for (size_t i = 0; i < cli_option_count(cli->command->options); i++) {
        const char *name = cli->command->options[i].name;

        if (cli->values[i] != NULL &&
            strstr(word->options, cli_text(cli->arena, " %s ", name)) == NULL)
            return cli_fail(CLI_USAGE, "%s %s takes no --%s", cli->command->name, word->word, name);
    }
    return CLI_OK;
}

int worded_run(struct cli *cli, const struct worded *words, size_t count)
{
    const struct worded *word = words;

    while (word < words + count - 1 && strcmp(word->word, cli->arguments[0]) != 0)
        word++;
    if (cli->argument_count - 1 < word->least || cli->argument_count - 1 > word->most)
        return cli_fail(CLI_USAGE, "usage: milepost %s %s%s%s", cli->command->name, word->word,
                        word->usage[0] == '\0' ? "" : " ", word->usage);
    if (check_options(cli, word) != CLI_OK)
        return CLI_USAGE;
    return word->run(cli);
}
