package gradwire.simulation;

/** What a worker's lines know of the world. */
interface Surroundings {
  /** A message has come to somebody. */
  void messageCame();

  /** Whether a question comes a second time. */
  boolean isAskedTwice();

  /** The last push of a replica that any server knows to be done. */
  long mostPushes(int replica);

  /** Whether the coordinator has given the replica to another process since. */
  boolean isTaken(int replica, int incarnation);
}
