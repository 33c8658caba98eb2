#include "clients/cli/document.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CHART_WIDTH  680
#define CHART_HEIGHT 260

static const char style[] =
    "@page{size:A4;margin:16mm 14mm}"
    "body{font:10.5pt/1.45 Georgia,'Noto Serif',serif;color:#222;max-width:182mm;margin:1.5rem "
    "auto;padding:0 1rem}"
    "h1{font-size:20pt;margin:0 0 .2rem}h2{font-size:14pt;border-bottom:1.5px solid "
    "#1d3f5e;margin:1.8rem 0 .6rem;padding-bottom:.2rem}h3{font-size:11pt;margin:1.2rem 0 .3rem}"
    "h2,h3{break-after:avoid}p.sub{color:#555;margin:0 0 1rem}"
    "table{border-collapse:collapse;width:100%;font:8.5pt/1.35 'Helvetica Neue',Arial,sans-serif;"
    "margin:.4rem 0 .8rem}"
    "th{text-align:left;border-bottom:1px solid #888;padding:.2rem .35rem;font-weight:600}"
    "td{border-bottom:1px solid #e2e2dd;padding:.2rem .35rem;vertical-align:top;"
    "overflow-wrap:break-word}"
    "tr{break-inside:avoid}thead{display:table-header-group}"
    ".r{text-align:right;white-space:nowrap}.c,.d{white-space:nowrap}"
    "th{vertical-align:bottom}th.r,th.d{white-space:normal}td:first-child{min-width:10.5em}"
    ".c i{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.35em}"
    ".green i{background:#1f6f43}.amber i{background:#c98a00}.red i{background:#a61b1b}"
    "figure{margin:.4rem 0;break-inside:avoid}svg{max-width:100%;height:auto}"
    "@media print{body{margin:0;padding:0;max-width:none}.page{break-before:page}"
    "*{print-color-adjust:exact}}";

static void put(struct document *document, const char *text)
{
    mp_buffer_put_text(&document->text, text);
}

/* What Markdown would take for its own. */
static void put_markdown(struct document *document, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_[]<>|#&~$", *text) != NULL)
            put(document, "\\");
        mp_buffer_put(&document->text, (unsigned char)*text < ' ' ? " " : text, 1);
    }
}

static void put_text(struct document *document, const char *text)
{
    if (document->is_html)
        chart_escape(&document->text, text);
    else
        put_markdown(document, text);
}

void document_begin(struct document *document, bool is_html, const char *title,
                    const char *subtitle)
{
    *document = (struct document){.is_html = is_html};
    mp_buffer_init(&document->text, DOCUMENT_MOST);
    if (!is_html) {
        put(document, "# ");
        put_text(document, title);
        put(document, "\n\n");
        put_text(document, subtitle);
        put(document, "\n");
        return;
    }
    put(document, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    put_text(document, title);
    put(document, "</title>\n<style>");
    put(document, style);
    put(document, "</style>\n</head>\n<body>\n<h1>");
    put_text(document, title);
    put(document, "</h1>\n<p class=\"sub\">");
    put_text(document, subtitle);
    put(document, "</p>\n");
}

void document_end(struct document *document)
{
    if (document->is_html)
        put(document, "</body>\n</html>\n");
}

void document_heading(struct document *document, int level, bool page, const char *text)
{
    if (document->is_html)
        mp_buffer_printf(&document->text, "<h%d%s>", level, page ? " class=\"page\"" : "");
    else
        put(document, level == 2 ? "\n## " : "\n### ");
    put_text(document, text);
    if (document->is_html)
        mp_buffer_printf(&document->text, "</h%d>\n", level);
    else
        put(document, "\n");
}

static void put_format(struct document *document, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void put_format(struct document *document, const char *format, va_list arguments)
{
    char *text = NULL;

    if (vasprintf(&text, format, arguments) < 0) {
        document->text.error = MP_ENOMEM;
        return;
    }
    put_text(document, text);
    free(text);
}

void document_paragraph(struct document *document, const char *format, ...)
{
    va_list arguments;

    put(document, document->is_html ? "<p>" : "\n");
    va_start(arguments, format);
    put_format(document, format, arguments);
    va_end(arguments);
    put(document, document->is_html ? "</p>\n" : "\n");
}

static const char *class_of(char alignment)
{
    return alignment == 'r' ? " class=\"r\"" : (alignment == 'd' ? " class=\"d\"" : "");
}

void document_table(struct document *document, const char *alignment, const char *headers)
{
    document->alignment = alignment;
    document->column_count = strlen(alignment);
    put(document, document->is_html ? "<table>\n<thead><tr>" : "\n|");
    for (size_t i = 0; i < document->column_count; i++) {
        size_t size = strcspn(headers, "|");

        if (document->is_html)
            mp_buffer_printf(&document->text, "<th%s>%.*s</th>", class_of(alignment[i]), (int)size,
                             headers);
        else
            mp_buffer_printf(&document->text, " %.*s |", (int)size, headers);
        headers += size + (headers[size] == '|');
    }
    put(document, document->is_html ? "</tr></thead>\n<tbody>" : "\n|");
    for (size_t i = 0; i < document->column_count && !document->is_html; i++)
        put(document, alignment[i] == 'r' ? "---:|" : "---|");
    document->is_row_open = false;
}

static void end_row(struct document *document)
{
    if (document->is_html && document->is_row_open)
        put(document, "</tr>");
    document->is_row_open = false;
    document->column = 0;
}

void document_row(struct document *document)
{
    end_row(document);
    document->is_row_open = true;
    put(document, document->is_html ? "\n<tr>" : "\n|");
}

void document_cell(struct document *document, const char *format, ...)
{
    va_list arguments;

    if (document->is_html)
        mp_buffer_printf(&document->text, "<td%s>",
                         class_of(document->alignment[document->column]));
    else
        put(document, " ");
    va_start(arguments, format);
    put_format(document, format, arguments);
    va_end(arguments);
    put(document, document->is_html ? "</td>" : " |");
    document->column++;
}

void document_colour(struct document *document, enum mp_colour colour)
{
    const char *name = mp_colour_name(colour);

    if (document->is_html)
        mp_buffer_printf(&document->text, "<td class=\"c %s\">%s%s</td>", name,
                         name[0] == '\0' ? "" : "<i></i>", name);
    else
        mp_buffer_printf(&document->text, " %s |", name);
    document->column++;
}

void document_table_end(struct document *document)
{
    end_row(document);
    put(document, document->is_html ? "\n</tbody>\n</table>\n" : "\n");
}

void document_chart(struct document *document, const struct chart *chart)
{
    if (!document->is_html)
        return;
    put(document, "<figure>\n");
    (void)chart_svg(&document->text, chart, CHART_WIDTH, CHART_HEIGHT);
    put(document, "</figure>\n");
}
