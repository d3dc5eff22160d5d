import Glibc
import NIOCore
import NIOPosix

/// The thread on which the agents of `roost up` live.
enum AgentThread {
    /// The lowest priority there is.
    private static let lowest: Int32 = 19

    /// Makes a group of one thread.
    /// - Parameter isSimulated: whether the containers are make-believe. Then the thread steps back while the machine
    ///   is busy: what clients ask for is accepted first, and starts as soon as there is room.
    static func group(isSimulated: Bool) -> MultiThreadedEventLoopGroup {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        if isSimulated {
            // On Linux niceness is a thread's own. Without the right to change it the default is as good.
            group.next().execute { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, lowest) }
        }
        return group
    }
}
