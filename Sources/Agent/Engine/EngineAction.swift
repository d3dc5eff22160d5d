import AWSWire

/// One container of one task: what actions and events are about.
package struct ContainerReference: Hashable, Sendable {
    /// The task's ARN.
    package var task: String
    /// The container's name in its task definition.
    package var container: String

    package init(task: String, container: String) {
        self.task = task
        self.container = container
    }
}

/// What an engine is asked to do. Each action is answered by one event, or by none where it says so.
package enum EngineAction: Sendable, Equatable {
    /// Makes the image available. Answered by `pulled` or `pullFailed`.
    /// - Parameter credential: of the task; nil for what the instance has for the registry, if anything.
    case pull(ContainerReference, image: String, credential: RegistryCredential? = nil)
    /// Gets images that tasks will want soon, one after another. Not answered: whoever wants one asks for it again.
    case prefetch(images: [String])
    /// Makes a volume, or finds it there. Answered by `volumeReady` or `volumeFailed`.
    case createVolume(task: String, VolumeCreation)
    /// Makes what keeps a task within its limits, or finds it there. Answered by `groupReady` or `groupFailed`.
    case createGroup(task: String, TaskLimits)
    /// Gives a task its network interface, or finds that it has it. Answered by `attached` or `attachFailed`.
    /// - Parameter id: the running container that holds the task's network.
    case attach(task: String, TaskInterface, id: String)
    /// Answered by `created` or `createFailed`.
    case create(ContainerReference, ContainerCreation)
    /// Answered by `started` or `startFailed`.
    case start(ContainerReference, id: String)
    /// Asks the container to end, and kills it after `timeout`. Answered by `exited` or `stopFailed`.
    case stop(ContainerReference, id: String, timeout: Duration)
    /// Removes an ended container. Answered by `removed` or `removeFailed`.
    case remove(ContainerReference, id: String)
    /// Removes a volume nobody uses; failing is harmless. Not answered.
    case removeVolume(name: String)
    /// Removes what kept a task within its limits, if there is something; failing is harmless. Not answered.
    case removeGroup(task: String)
    /// Removes a task's network interface, if it has not gone with the task's containers. Not answered.
    case detach(task: String, TaskInterface)
    /// Removes images that were pulled and that no task needs any more, as far as the engine's policy says so. Not
    /// answered.
    /// - Parameter needed: images of tasks whose containers are not all there yet.
    case cleanImages(needed: [String])
    /// Lists the containers of this instance. Answered by `surveyed` or `surveyFailed`.
    /// - Parameter known: what the agent believes to run; for engines that keep nothing themselves.
    case survey(known: [SurveyedContainer])
}

/// A container to create, in the engine's own words.
package struct ContainerCreation: Sendable, Equatable {
    /// The engine's name for it: `ecs-<family>-<version>-<container>-<20 hex digits>`.
    package var name: String
    /// The body of Docker Engine's container create request.
    package var configuration: JSONValue
    /// Ranges of the container's ports that get as long a range of the host's; the engine chooses which.
    package var portRanges: [PortRange]
    /// The host's address that those are bound to.
    package var bindAddress: String
    /// The file in which the container finds what concerns it; nil for none.
    package var metadata: ContainerMetadataFile?

    package init(
        name: String, configuration: JSONValue, portRanges: [PortRange] = [], bindAddress: String = "0.0.0.0",
        metadata: ContainerMetadataFile? = nil
    ) {
        self.metadata = metadata
        self.name = name
        self.configuration = configuration
        self.portRanges = portRanges
        self.bindAddress = bindAddress
    }
}
