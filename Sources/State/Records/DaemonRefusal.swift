/// An instance that a daemon's task finds no room on.
package struct DaemonRefusal: Stored, Equatable {
    /// The id of the container instance.
    package var instance = ""
    /// The id of the daemon revision that is to run there.
    package var revision = ""
    /// In a sentence, behind ECS's word for it: `RESOURCE:CPU`.
    package var reason = ""

    package init() {}

    package static let fields = FieldTable<DaemonRefusal>([
        .init("instance", \.instance),
        .init("revision", \.revision),
        .init("reason", \.reason),
    ])
}
