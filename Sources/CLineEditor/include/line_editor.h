#ifndef CAIRN_LINE_EDITOR_H
#define CAIRN_LINE_EDITOR_H

#include <stdbool.h>

/// What to put in the place of the word before the cursor.
typedef struct {
  /// Characters before the cursor to take away.
  int deleted_count;
  /// Text to put in, for the editor to free; NULL for none.
  char *inserted;
  /// Whether something was printed, so that the line must be drawn anew.
  bool has_printed;
} line_completion;

/// Gives the completion for a line up to its cursor.
typedef line_completion (*line_completer)(const char *before_cursor);

typedef enum { LINE_READ, LINE_END, LINE_INTERRUPTED } line_outcome;

/// Loads libedit where it is installed and the terminal can do it; without, lines are read plainly.
/// There is one editor in a process. Returns whether lines can be edited.
bool line_editor_open(line_completer completer);

/// Reads one line. `*line` stays valid until the next call, and has no line feed at its end. Ctrl-C drops the line.
line_outcome line_editor_read(const char *prompt, const char **line);

/// Adds an entry to the history that the arrow keys walk.
void line_editor_add_history(const char *entry);

/// Puts the terminal back.
void line_editor_close(void);

#endif
