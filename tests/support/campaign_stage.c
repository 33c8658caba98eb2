#include "tests/support/campaign_stage.h"

#include <stdlib.h>
#include <string.h>

static struct mp_change section(enum mp_change_kind kind, const char *id)
{
    struct mp_change change;

    mp_change_init(&change, kind);
    if (kind == MP_CHANGE_PROJECT) {
        change.project.id = id;
        change.project.parent = "ml-1";
        change.project.title.en = id;
        change.project.programme = "cpec-2.0";
        change.project.lead_agency = "railways";
        change.project.status = MP_PROJECT_IMPLEMENTATION;
    } else {
        change.milestone.id = id;
        change.milestone.title.en = id;
        change.milestone.type = MP_TYPE_DELIVERY;
    }
    return change;
}

static void make_sections(const struct campaign_stage *stage)
{
    const struct mp_change sections[] = {
        section(MP_CHANGE_PROJECT, "ml-1/north"),
        section(MP_CHANGE_PROJECT, "ml-1/south"),
        section(MP_CHANGE_MILESTONE, "ml-1/north:completion"),
        section(MP_CHANGE_MILESTONE, "ml-1/south:completion"),
    };
    struct mp_client *client = system_client(&stage->instance, "authority");
    struct mp_submit_result result;

    cr_assert_eq(
        mp_client_submit(client, sections, MP_LENGTH(sections), SYSTEM_DEADLINE_MS, &result), 0);
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED, "%s: %s", result.field, result.message);
    mp_client_close(client);
}

void campaign_stage_make(struct campaign_stage *stage)
{
    *stage = (struct campaign_stage){.instance = {.folder = NULL}};
    system_begin();
    system_init(&stage->instance, "i");
}

void campaign_stage_start(struct campaign_stage *stage)
{
    const struct system_instance *instance = &stage->instance;

    system_start(&stage->instance);
    system_make_world(instance);
    make_sections(stage);
    campaign_oracle_open(&stage->oracle, instance);
    campaign_peer_make(&stage->sender, instance, CAMPAIGN_SENDER, CAMPAIGN_SENDER_IDENTITY, "-");
    campaign_peer_make(&stage->consoles[0], instance, CAMPAIGN_WATCHER, "north", "");
    campaign_peer_make(&stage->consoles[1], instance, CAMPAIGN_WATCHER, "south", "ml-1/");
    campaign_peer_start(&stage->sender);
    for (size_t i = 0; i < CAMPAIGN_CONSOLES; i++)
        campaign_peer_start(&stage->consoles[i]);
    campaign_stage_settle(stage);
}

void campaign_stage_end(struct campaign_stage *stage)
{
    campaign_peer_done(&stage->sender);
    for (size_t i = 0; i < CAMPAIGN_CONSOLES; i++)
        campaign_peer_done(&stage->consoles[i]);
    campaign_oracle_close(&stage->oracle);
    system_end();
}

void campaign_stage_want(struct campaign_stage *stage, uint64_t count)
{
    (void)atomic_fetch_add(&stage->sender.page->wanted, count);
}

uint64_t campaign_stage_answered(const struct campaign_stage *stage)
{
    return atomic_load(&stage->sender.page->answered);
}

bool campaign_stage_is_sent(const struct campaign_stage *stage)
{
    const struct campaign_page *page = stage->sender.page;

    return atomic_load(&page->put) == atomic_load(&page->wanted) &&
           atomic_load(&page->idle) == atomic_load(&page->put);
}

static bool is_sent(void *context)
{
    return campaign_stage_is_sent(context);
}

bool campaign_stage_await_sent(struct campaign_stage *stage)
{
    return system_until(is_sent, stage, SYSTEM_DEADLINE_MS);
}

bool campaign_stage_is_live(const struct campaign_stage *stage, uint64_t head)
{
    for (size_t i = 0; i < CAMPAIGN_CONSOLES; i++) {
        const struct campaign_page *page = stage->consoles[i].page;

        if (!atomic_load(&page->is_live) || atomic_load(&page->head) < head)
            return false;
    }
    return true;
}

struct live {
    const struct campaign_stage *stage;
    uint64_t head;
};

static bool is_live(void *context)
{
    const struct live *live = context;

    return campaign_stage_is_live(live->stage, live->head);
}

bool campaign_stage_await_live(struct campaign_stage *stage, uint64_t head)
{
    struct live live = {stage, head};

    return system_until(is_live, &live, SYSTEM_DEADLINE_MS);
}

struct system_said campaign_stage_reap(struct campaign_stage *stage, size_t at)
{
    static const char accepted[] = "accepted: seq ";
    struct system_process *process = stage->commands[at].process;
    struct campaign_command *command = &stage->oracle.commands[stage->commands[at].number];
    struct system_said said = {.status = system_wait(process, SYSTEM_DEADLINE_MS), .out = ""};
    const char *told;

    command->status = said.status;
    said.err = system_text("%s", system_output(process, SYSTEM_ERR));
    told = strstr(said.err, accepted);
    if (said.status == 0) {
        cr_assert_not_null(told, "%s", said.err);
        command->seq = strtoull(told + strlen(accepted), NULL, 10);
        stage->oracle.findings.acknowledged++;
    }
    system_forget(process);
    stage->commands[at].process = NULL;
    return said;
}

size_t campaign_stage_command(struct campaign_stage *stage, const char *timeout_s)
{
    size_t at = 0, number = campaign_oracle_command(&stage->oracle);

    while (at < CAMPAIGN_COMMANDS_MOST - 1 && stage->commands[at].process != NULL)
        at++;
    if (stage->commands[at].process != NULL)
        (void)campaign_stage_reap(stage, at);
    stage->commands[at].number = number;
    stage->commands[at].process = system_cli_background(
        &stage->instance, "progress", "gwadar:completion", system_text("%zu", number % 101), "--as",
        CAMPAIGN_COMMAND_IDENTITY, "--timeout", timeout_s, "--note",
        system_text(CAMPAIGN_COMMAND_NOTE "%zu", number));
    return at;
}

static bool is_ready_or_over(void *context)
{
    struct system_process *process = context;

    return system_is_over(process) || strstr(system_output(process, SYSTEM_ERR), "ready") != NULL;
}

/* One that ended by itself is shown with what it said. */
static void await_services(struct campaign_stage *stage)
{
    for (int i = 0; i < SYSTEM_SERVICES; i++) {
        struct system_process *process = stage->instance.services[i];

        cr_assert(system_until(is_ready_or_over, process, SYSTEM_DEADLINE_MS) &&
                      !system_is_over(process),
                  "service %d is not ready: %s", i, system_output(process, SYSTEM_ERR));
        system_await_healthy(&stage->instance, (enum system_service)i);
    }
}

void campaign_stage_settle(struct campaign_stage *stage)
{
    struct campaign_oracle *oracle = &stage->oracle;
    const struct campaign_findings *findings = &oracle->findings;

    await_services(stage);
    cr_assert(campaign_stage_await_sent(stage), "the outbox is not empty in time: %s",
              system_output(stage->sender.process, SYSTEM_ERR));
    for (size_t i = 0; i < CAMPAIGN_COMMANDS_MOST; i++) {
        if (stage->commands[i].process != NULL)
            (void)campaign_stage_reap(stage, i);
    }
    system_do(&stage->instance, "outbox", "retry", "--as", CAMPAIGN_COMMAND_IDENTITY, "--timeout",
              "60");
    campaign_oracle_read(oracle);
    campaign_oracle_check_sender(oracle, &stage->sender);
    campaign_oracle_check_commands(oracle);
    cr_assert(campaign_stage_await_live(stage, oracle->count), "a console is not live in time");
    for (size_t i = 0; i < CAMPAIGN_CONSOLES; i++)
        campaign_oracle_check_watcher(oracle, &stage->consoles[i], &stage->shown[i]);
    campaign_oracle_check_snapshot(oracle, "");
    cr_assert(findings->lost + findings->doubled + findings->wrong == 0, "%s", findings->first);
}
