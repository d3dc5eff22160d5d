import Glibc
import NIOCore
import NIOPosix

/// The thread on which the agents of `roost up` live.
///
/// It steps back when the machine is busy: what clients ask for is accepted first, and started as soon as there is
/// room. On machines of their own agents have theirs at the usual priority.
enum AgentThread {
    /// A tenth of the weight of a thread at the default of 0; at 19 agents would hardly move.
    private static let niceness: Int32 = 10

    /// A group of one thread.
    static let group: MultiThreadedEventLoopGroup = {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // On Linux niceness is a thread's own. Without the right to change it the default is as good.
        group.next().execute { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
        return group
    }()
}
