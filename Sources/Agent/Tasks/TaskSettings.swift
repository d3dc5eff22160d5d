/// How the tasks of an agent are run: what the official agent takes from its environment.
package struct TaskSettings: Sendable, Equatable {
    /// The value of the label `io.roost.instance`, which tells agents on one engine apart.
    package var instance: String
    /// The cluster as containers' labels name it.
    package var cluster: String
    /// Goes into `AWS_REGION` of containers.
    package var region: String
    /// What the instance has registered, 1,024 to a core: metrics are in percent of that. Nil: the whole machine.
    package var cpuUnits: Int?
    /// The host address that published ports are bound to. IPv4 only: reports leave out others anyhow.
    package var bindAddress = "0.0.0.0"
    /// Where containers find the endpoints for tasks; nil when the agent serves none.
    package var endpointAddress: String?
    /// Why no task can have a network interface of its own here; nil when tasks can.
    package var interfaceProblem: String?
    /// Whether tasks with an interface are kept from the instance's metadata. Source: ECS_AWSVPC_BLOCK_IMDS.
    package var blocksInstanceMetadata = false
    /// How long a container without `stopTimeout` may take to end. Source: ECS_CONTAINER_STOP_TIMEOUT.
    package var stopTimeout: Duration = .seconds(30)
    /// How long ended containers are kept. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION.
    package var cleanupDelay: Duration = .seconds(3 * 3_600)
    /// Where files with containers' metadata are kept; nil for none. Source: ECS_ENABLE_CONTAINER_METADATA.
    package var metadataDirectory: String?
    /// What those files say of the instance.
    package var containerInstanceARN = ""
    package var availabilityZone = ""
    package var privateAddress = ""
    /// Where shares of servers are mounted. Below `/run`: nobody clears a directory of state recursively there.
    package var mountDirectory = "/run/roost/mounts"
    /// Where network file systems are found.
    package var fileSystemHosts = FileSystemHosts()
    /// How often images are removed that no task needs; nil for never. Source: ECS_IMAGE_CLEANUP_INTERVAL.
    package var imageCleanUpInterval: Duration?

    package init(instance: String, cluster: String, region: String) {
        self.instance = instance
        self.cluster = cluster
        self.region = region
    }
}
