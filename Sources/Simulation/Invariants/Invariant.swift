/// Something that must hold after every step of a world. It may remember what it saw before.
package protocol Invariant {
    /// A few words for a failure's first line.
    static var name: String { get }
    /// Looks at the step that just happened.
    /// - Returns: what is broken; nil when all is well.
    mutating func check(_ scene: Scene) -> String?
}

/// Everything that must always hold. To add one: a type in this folder, a line here, and a test that trips it.
package func makeInvariants() -> [any Invariant] {
    [
        StatusOnlyRises(), ResourcesFit(), FieldsAgree(), StoredIsDurable(), AcknowledgedSurvives(),
        OneResultPerToken(), ServiceWithinBounds(), DaemonRunsOnce(), PlacedOnce(), StoppedMeansStopped(),
        StopIsObeyed(), TargetsDrainFirst(), TargetsAreLive(), AddressesAreOwn(),
    ]
}
