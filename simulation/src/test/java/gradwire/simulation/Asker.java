package gradwire.simulation;

/**
 * Who waits for an answer.
 *
 * @param asked which of the line's questions
 */
record Asker(Line line, long asked) {
  void answer(Answer answer) {
    line.answer(asked, answer);
  }
}
