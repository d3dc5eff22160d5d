import Scheduling

/// Why a service's task was not started.
enum StartFailure: Error {
    case noRoom([RefusedInstance])
    /// The capacity provider has no instance at all.
    case emptyProvider
    /// Too many tasks wait already.
    case tooManyWait

    /// The region has no Fargate yet.
    case noFargate

    /// Whether it is worth trying again when nothing is known to have changed.
    var mayPass: Bool { if case .noFargate = self { false } else { true } }

    /// The service event that tells it.
    var event: String {
        switch self {
        case .noRoom(let refused): placementFailureEvent(refused)
        case .emptyProvider: Provisioning.emptyProviderEvent
        case .tooManyWait: Provisioning.limitEvent
        case .noFargate: FargateCapacity.refusal
        }
    }
}
