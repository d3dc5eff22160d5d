/// What an instance has left, or what a task takes, of everything that is counted: one lane each.
///
/// A vector, so that whether a task fits is one comparison and the most of several instances is one maximum.
package typealias Room = SIMD4<Int32>

extension Room {
    /// The lanes of a room.
    package enum Lane: Int, Sendable {
        /// CPU units: 1,024 to a core.
        case cpu = 0
        case memoryMiB = 1
        /// Network interfaces for tasks of network mode awsvpc.
        case interfaces = 2
        case gpus = 3
    }

    /// The room of an instance that takes no tasks: nothing fits, not even a task that needs nothing.
    static var closed: Room { Room(repeating: -1) }

    package init(cpuUnits: Int, memoryMiB: Int, interfaces: Int = 0, gpus: Int = 0) {
        self.init(
            Int32(clamping: cpuUnits), Int32(clamping: memoryMiB), Int32(clamping: interfaces), Int32(clamping: gpus))
    }

    /// One of the lanes.
    package subscript(lane: Lane) -> Int32 { self[lane.rawValue] }

    /// Whether `need` fits in: every lane holds as much.
    func holds(_ need: Room) -> Bool { all(self .>= need) }

    /// The most of each lane of both.
    func most(_ other: Room) -> Room { pointwiseMax(self, other) }
}
