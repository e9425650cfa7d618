package gradwire.simulation;

import gradwire.server.checkpoint.Restorable;
import gradwire.server.checkpoint.Snapshot;
import gradwire.server.store.ShardStore;
import gradwire.transport.LineNumbers;
import gradwire.transport.OpenReply;
import gradwire.transport.ShardConnection;
import gradwire.transport.ShardService;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/** Bugs of which the simulation must find each one. All sit in its own seams, none in the shard. */
enum PlantedBug implements Rules {
  A_RESTARTED_SERVER_FORGETS_WHO_PUSHED_WHAT("was answered, the state has") {
    @Override
    public Optional<ShardStore> found(Optional<ShardStore> left) {
      left.ifPresent(store -> BadCommits.forgetPushes(store.current()));
      return left;
    }
  },
  WEIGHTS_COUNT_BEFORE_THE_TABLE("expected weight") {
    @Override
    public ShardStore store(ShardStore store) {
      return BadCommits.weightsFirst(store);
    }
  },
  THE_TABLE_COUNTS_BEFORE_THE_WEIGHTS("expected weight") {
    @Override
    public ShardStore store(ShardStore store) {
      return BadCommits.tableFirst(store);
    }
  },
  A_RESTARTED_SERVER_READS_THE_OTHER_VERSION("expected weight") {
    @Override
    public Optional<ShardStore> found(Optional<ShardStore> left) {
      return left.map(BadCommits::otherVersion);
    }
  },
  A_PUSH_IS_ANSWERED_BEFORE_IT_IS_APPLIED("was answered, the state has") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return BadServices.answersFirst(service);
    }
  },
  A_PUSH_THAT_COMES_AGAIN_IS_TAKEN_FOR_NEW("expected weight") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return BadServices.takesDuplicatesForNew(service);
    }
  },
  WHAT_WAITS_IS_LOST_WITH_ITS_LINE("was answered, the state has") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return BadServices.losesWhatWaits(service);
    }
  },
  OLDER_INCARNATIONS_ARE_NOT_FENCED_OFF(" fails: ") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return new FencelessService(service, FencelessService.Fence.INCARNATION);
    }
  },
  OLDER_LINES_ARE_NOT_FENCED_OFF(" fails: ") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return new FencelessService(service, FencelessService.Fence.LINE);
    }
  },
  ONLY_THE_LAST_WHO_ASKS_FOR_THE_OTHERS_HEARS("hang") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return BadServices.answersTheLastAsker(service);
    }
  },
  STALENESS_MAY_BE_ONE_MORE_THAN_ITS_BOUND("lag") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return BadServices.laxBound(service);
    }
  },
  GRADIENTS_ARE_ADDED_AS_THEY_ARRIVE("other bits") {
    @Override
    public ShardService service(Scenario scenario, ShardService service) {
      return scenario.inStep() ? new ArrivalOrderService(service, scenario) : service;
    }
  },
  A_LATER_OWNER_GOES_ON_AFTER_THE_MOST("a push was lost on the way") {
    @Override
    public OpenReply opened(OpenReply reply, long most) {
      return new OpenReply(reply.step(), reply.initialized(), most, reply.applied());
    }
  },
  A_LATER_OWNER_TAKES_ANY_WEIGHTS("other bits") {
    @Override
    public OptionalLong pulled(OptionalLong step) {
      return OptionalLong.empty();
    }
  },
  A_NEW_LINE_ASKS_NOTHING_AGAIN("hang") {
    @Override
    public ShardConnection line(ShardConnection line, boolean isMended) {
      return isMended ? BadLines.askingNothing(line) : line;
    }
  },
  A_BROKEN_LINE_COUNTS_AS_AN_ANSWER("a push was lost on the way") {
    @Override
    public ShardConnection line(ShardConnection line, boolean isMended) {
      return isMended ? BadLines.answeringAtOnce(line) : line;
    }
  },
  A_WAIT_SEES_ITS_OWN_LINE_ALONE(" fails: ") {
    @Override
    public ShardConnection healed(ShardConnection connection) {
      return BadLines.lookingAfterNothing(connection);
    }
  },
  LINES_ARE_NUMBERED_ANEW_FOR_EACH_TURN(" fails: ") {
    @Override
    public LineNumbers numbers(LineNumbers ofProcess) {
      return new LineNumbers();
    }
  },
  THE_COORDINATOR_FORGETS_WHAT_IT_SAID("is refused") {
    @Override
    public boolean coordinatorForgets() {
      return true;
    }
  },
  A_SNAPSHOT_IS_COPIED_WHEN_IT_IS_WRITTEN("expected in it as") {
    @Override
    public Snapshot written(Snapshot snapshot, IntFunction<MemorySegment> live) {
      return BadSnapshots.copiedLate(snapshot, live);
    }
  },
  A_SNAPSHOT_LEAVES_THE_TABLE_OUT("was answered, the state has") {
    @Override
    public Optional<Restorable> restored(Scenario scenario, int server, List<Restorable> newest) {
      return newest.stream().findFirst().map(BadSnapshots::withoutTable);
    }
  },
  A_SNAPSHOT_LEAVES_THE_SLOTS_OUT("other bits") {
    @Override
    public Optional<Restorable> restored(Scenario scenario, int server, List<Restorable> newest) {
      return newest.stream().findFirst().map(BadSnapshots::withoutSlots);
    }
  },
  ONE_SERVER_RESTORES_THE_SNAPSHOT_BEFORE("but an answer said") {
    @Override
    public Optional<Restorable> restored(Scenario scenario, int server, List<Restorable> newest) {
      boolean isOther = server > 0 && server == scenario.numServers() - 1;
      return newest.stream().skip(isOther && newest.size() > 1 ? 1 : 0).findFirst();
    }
  };

  private final String promise;

  PlantedBug(String promise) {
    this.promise = promise;
  }

  /** Part of what is said when it is found. */
  String promise() {
    return promise;
  }
}
