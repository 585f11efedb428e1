// libedit, loaded when a shell opens and not before: other commands start without it.
//
// What is declared here is libedit's interface of <histedit.h>, which has not changed since 2010 (library version 2).
// Its own getc function is replaced so that Ctrl-C can end the reading of a line.

#include "line_editor.h"

#include <dlfcn.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

typedef struct editline EditLine;
typedef struct history History;
typedef struct {
  const char *buffer, *cursor, *lastchar;
} LineInfo;
typedef struct {
  int number;
  const char *text;
} HistEvent;

enum { EL_PROMPT = 0, EL_EDITOR = 2, EL_BIND = 4, EL_ADDFN = 9, EL_HIST = 10, EL_GETCFN = 13 };
enum { H_SETSIZE = 1, H_ENTER = 10, H_SETUNIQUE = 20 };
enum { CC_REFRESH = 4, CC_ERROR = 6, CC_REDISPLAY = 8 };

static const int history_size = 1000;

static struct {
  EditLine *(*el_init)(const char *, FILE *, FILE *, FILE *);
  void (*el_end)(EditLine *);
  int (*el_set)(EditLine *, int, ...);
  const char *(*el_gets)(EditLine *, int *);
  const LineInfo *(*el_line)(EditLine *);
  int (*el_insertstr)(EditLine *, const char *);
  void (*el_deletestr)(EditLine *, int);
  void (*el_resize)(EditLine *);
  int (*el_source)(EditLine *, const char *);
  History *(*history_init)(void);
  int (*history)(History *, HistEvent *, int, ...);
} edit;

static EditLine *editor;
static History *entries;
static line_completer complete;
static const char *current_prompt = "";
static volatile sig_atomic_t interrupted;

static bool load(void) {
  void *library = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return false;
  const struct {
    const char *name;
    void **place;
  } symbols[] = {
      {"el_init", (void **)&edit.el_init},           {"el_end", (void **)&edit.el_end},
      {"el_set", (void **)&edit.el_set},             {"el_gets", (void **)&edit.el_gets},
      {"el_line", (void **)&edit.el_line},           {"el_insertstr", (void **)&edit.el_insertstr},
      {"el_deletestr", (void **)&edit.el_deletestr}, {"el_resize", (void **)&edit.el_resize},
      {"el_source", (void **)&edit.el_source},       {"history_init", (void **)&edit.history_init},
      {"history", (void **)&edit.history},
  };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    *symbols[i].place = dlsym(library, symbols[i].name);
    if (!*symbols[i].place) return false;
  }
  return true;
}

static char *prompt(EditLine *line) {
  (void)line;
  return (char *)current_prompt;
}

// 1 for a byte, 0 at the end, -1 where Ctrl-C or an error ended it.
static int read_byte(unsigned char *byte) {
  for (;;) {
    if (interrupted) return -1;
    ssize_t count = read(STDIN_FILENO, byte, 1);
    if (count >= 0) return (int)count;
    if (errno != EINTR) return -1;
  }
}

static int read_character(EditLine *line, wchar_t *character) {
  (void)line;
  unsigned char byte;
  int count = read_byte(&byte);
  if (count != 1) return count;
  int following = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
  wchar_t value = following == 0 ? byte : byte & (0x3F >> following);
  if (byte >= 0x80 && following == 0) value = 0xFFFD;
  while (following-- > 0) {
    if (read_byte(&byte) != 1) return -1;
    value = (byte & 0xC0) == 0x80 ? value << 6 | (byte & 0x3F) : 0xFFFD;
  }
  *character = value > 0x10FFFF ? 0xFFFD : value;
  return 1;
}

static unsigned char complete_word(EditLine *line, int character) {
  (void)character;
  const LineInfo *info = edit.el_line(line);
  char *before = strndup(info->buffer, (size_t)(info->cursor - info->buffer));
  if (!before) return CC_ERROR;
  line_completion completion = complete(before);
  free(before);
  if (completion.inserted) {
    edit.el_deletestr(line, completion.deleted_count);
    edit.el_insertstr(line, completion.inserted);
    free(completion.inserted);
    return CC_REFRESH;
  }
  return completion.has_printed ? CC_REDISPLAY : CC_ERROR;
}

bool line_editor_open(line_completer completer) {
  const char *terminal = getenv("TERM");
  if (!terminal || !*terminal || strcmp(terminal, "dumb") == 0 || !load()) return false;
  // libedit converts by the locale; text here is UTF-8 in any.
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
  entries = edit.history_init();
  editor = edit.el_init("cairn", stdin, stdout, stderr);
  if (!editor || !entries) return false;
  complete = completer;
  HistEvent event;
  edit.history(entries, &event, H_SETSIZE, history_size);
  edit.history(entries, &event, H_SETUNIQUE, 1);
  edit.el_set(editor, EL_PROMPT, prompt);
  edit.el_set(editor, EL_HIST, edit.history, entries);
  edit.el_set(editor, EL_EDITOR, "emacs");
  edit.el_set(editor, EL_ADDFN, "cairn-complete", "Complete a name", complete_word);
  edit.el_source(editor, NULL);
  edit.el_set(editor, EL_BIND, "^I", "cairn-complete", NULL);
  edit.el_set(editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
  edit.el_set(editor, EL_GETCFN, read_character);
  return true;
}

static void note_interrupt(int number) {
  (void)number;
  interrupted = 1;
}

static line_outcome read_plain(const char *prompt, const char **line) {
  static char *buffer;
  static size_t capacity;
  size_t length = 0;
  fputs(prompt, stdout);
  fflush(stdout);
  for (;;) {
    if (length + 1 >= capacity) {
      capacity = capacity ? capacity * 2 : 256;
      char *larger = realloc(buffer, capacity);
      if (!larger) return LINE_END;
      buffer = larger;
    }
    unsigned char byte;
    int count = read_byte(&byte);
    if (count < 0) return interrupted ? LINE_INTERRUPTED : LINE_END;
    if (count == 0 && length == 0) return LINE_END;
    if (count == 0 || byte == '\n') break;
    buffer[length++] = (char)byte;
  }
  buffer[length] = 0;
  *line = buffer;
  return LINE_READ;
}

static line_outcome read_edited(const char *prompt, const char **line) {
  static char *copy;
  int count = 0;
  current_prompt = prompt;
  edit.el_resize(editor);
  const char *text = edit.el_gets(editor, &count);
  if (interrupted) return LINE_INTERRUPTED;
  if (!text || count <= 0) return LINE_END;
  size_t length = (size_t)count;
  if (text[length - 1] == '\n') length--;
  free(copy);
  copy = strndup(text, length);
  *line = copy;
  return copy ? LINE_READ : LINE_END;
}

line_outcome line_editor_read(const char *prompt, const char **line) {
  // Without SA_RESTART: the read that waits for a key must end.
  struct sigaction action = {.sa_handler = note_interrupt}, previous;
  interrupted = 0;
  sigaction(SIGINT, &action, &previous);
  line_outcome outcome = editor ? read_edited(prompt, line) : read_plain(prompt, line);
  sigaction(SIGINT, &previous, NULL);
  return outcome;
}

void line_editor_add_history(const char *entry) {
  HistEvent event;
  if (entries) edit.history(entries, &event, H_ENTER, entry);
}

void line_editor_close(void) {
  if (editor) edit.el_end(editor);
  editor = NULL;
}
