/* Bash completion: verbs, options, the words of codes and formats, identities of the instance. */
#include "clients/cli/output.h"
#include "clients/cli/worded.h"
#include "core/domain/codes.h"

#include <string.h>

/* "a, b" as "a b": the names of codes. */
static void put_names(FILE *out, const char *names)
{
    for (; *names != '\0'; names++) {
        if (*names != ',')
            fputc(*names, out);
    }
}

static void put_option_names(FILE *out, const struct cli_option *options)
{
    for (size_t i = 0; i < cli_option_count(options); i++)
        fprintf(out, " --%s", options[i].name);
}

static void put_option_values(FILE *out, const char *verb, const struct cli_option *option)
{
    if (option->value == CLI_FLAG)
        return;
    fprintf(out, "    %s:--%s", verb, option->name);
    if (option->letter != 0)
        fprintf(out, "|*:-%c", option->letter);
    fputs(") ", out);
    if (option->value == CLI_CODE) {
        fputs("words=\"", out);
        put_names(out, mp_code_names((enum mp_code_family)option->family));
        fputs("\"", out);
    } else if (option->value == CLI_FORMAT) {
        fputs("words=\"", out);
        for (size_t i = 0; output_format(i) != NULL; i++)
            fprintf(out, "%s%s", i == 0 ? "" : " ", output_format(i));
        fputs("\"", out);
    } else if (option->value == CLI_AGENCY) {
        fputs("words=$(_milepost_identities)", out);
    } else if (option->value == CLI_PATH) {
        fputs("COMPREPLY=($(compgen -f -- \"$current\")); return", out);
    } else {
        fputs("return", out); /* free text */
    }
    fputs(" ;;\n", out);
}

static void put_verb(FILE *out, struct mp_arena *arena, const struct cli_command *command)
{
    const char *word;

    fprintf(out, "    %s) options=\"", command->name);
    put_option_names(out, command->options);
    fputs("\"; words=\"", out);
    for (size_t i = 0; (word = cli_word(arena, command, i)) != NULL; i++)
        fprintf(out, "%s%s", i == 0 ? "" : " ", word);
    if (strcmp(command->name, "help") == 0) {
        fputs("json man completion", out);
        for (size_t i = 0; cli_commands[i] != NULL; i++)
            fprintf(out, " %s", cli_commands[i]->name);
    }
    fputs("\" ;;\n", out);
}

static void put_verbs(FILE *out)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        fprintf(out, "%s%s", i == 0 ? "" : " ", cli_commands[i]->name);
}

void cli_print_completion(FILE *out)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);

    if (arena == NULL)
        return;
    fputs("# bash completion for milepost; printed by 'milepost help completion'\n"
          "_milepost_identities()\n{\n"
          "    local folder=${MILEPOST_DIR:-.milepost} file\n"
          "    for file in \"$folder\"/keys/*.key; do\n"
          "        [ -e \"$file\" ] && file=${file##*/} && echo \"${file%.key}\"\n"
          "    done\n}\n\n"
          "_milepost()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local verb= at words= options=\n"
          "    for ((at = 1; at < COMP_CWORD; at++)); do\n"
          "        case ${COMP_WORDS[at]} in\n"
          "        -d|-o|--dir|--output|--as|--timeout) ((at++)) ;;\n"
          "        -*) ;;\n"
          "        *) verb=${COMP_WORDS[at]}; break ;;\n"
          "        esac\n"
          "    done\n"
          "    case $verb:$before in\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        for (size_t j = 0; j < cli_option_count(cli_commands[i]->options); j++)
            put_option_values(out, cli_commands[i]->name, &cli_commands[i]->options[j]);
    }
    for (size_t i = 0; cli_common_options[i].name != NULL; i++)
        put_option_values(out, "*", &cli_common_options[i]);
    fputs("    esac\n"
          "    if [ -n \"$words\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "        return\n"
          "    fi\n"
          "    case $verb in\n    '') words=\"",
          out);
    put_verbs(out);
    fputs("\" ;;\n", out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        put_verb(out, arena, cli_commands[i]);
    fputs("    esac\n    options=\"$options", out);
    put_option_names(out, cli_common_options);
    fputs("\"\n"
          "    case $current in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
          "    *)\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "        [ -n \"$words\" ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
          "        ;;\n"
          "    esac\n"
          "}\n"
          "complete -F _milepost milepost\n",
          out);
}
