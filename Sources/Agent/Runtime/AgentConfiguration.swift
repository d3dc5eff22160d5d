import AWSWire
import NodeNet

/// Everything an agent is told at its start.
package struct AgentConfiguration: Sendable {
    /// What runs the containers.
    package enum Engine: Sendable {
        case docker(Endpoint, ImagePolicy)
        /// Runs nothing.
        case simulated(SimulatedContainers.Delays)
    }

    /// Times that tests may want shorter.
    package struct Timings: Sendable {
        /// How long a container without `stopTimeout` may take to end. Source: ECS_CONTAINER_STOP_TIMEOUT.
        package var stopTimeout: Duration = .seconds(30)
        /// How long ended containers are kept. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION.
        package var cleanupDelay: Duration = .seconds(3 * 3_600)
        /// A silent session is cut after this, and up to as much again. Source: agent protocol, 60 to 120 s.
        package var idle: Duration = .seconds(60)
        /// A session is renewed after this, and up to a sixth more. Source: agent protocol, 30 to 35 min.
        package var lifetime: Duration = .seconds(1_800)
        /// How long a deregistered instance waits before it asks again. Source: agent protocol, 1 h.
        package var inactive: Duration = .seconds(3_600)

        package init() {}
    }

    /// Where containers find what concerns their task.
    package struct Endpoints: Sendable {
        /// Source: amazon-ecs-agent: SDKs know this address.
        package var host = "169.254.170.2"
        package var port = 80
        /// Where the agents of the machine find each other.
        package var peerDirectory = "/run/roost/endpoints"
        /// Source: amazon-ecs-agent: 51678. nil for none.
        package var introspectionPort: Int? = 51_678

        package init() {}
    }

    /// The API's address.
    package var server: ServerURL
    /// Name or ARN.
    package var cluster: String
    package var region: String
    /// For example `us-east-1a`.
    package var availabilityZone: String
    package var credential: Credential
    /// What the instance offers: its slice of the engine.
    package var cpuUnits: Int
    package var memoryMiB: Int
    /// Where the journal is; one directory for each agent.
    package var stateDirectory: String
    package var engine: Engine
    /// TCP ports that tasks cannot have. Source: ECS_RESERVED_PORTS.
    package var reservedPorts = [22, 2_375, 2_376, 51_678, 51_679]
    /// The ids of the GPUs that tasks can have. Source: ECS_ENABLE_GPU_SUPPORT, where the agent finds them itself.
    package var gpuIDs: [String] = []
    /// Further attributes. Source: ECS_INSTANCE_ATTRIBUTES.
    package var attributes: [String: String] = [:]
    /// The value of `ecs.instance-type`: there is no EC2 that knows one.
    package var instanceType = "roost.local"
    /// Where other machines reach the host, load balancers for example.
    package var privateAddress = "127.0.0.1"
    /// The host address that published ports are bound to.
    package var bindAddress = "0.0.0.0"
    /// Whether containers get files with their metadata. Source: ECS_ENABLE_CONTAINER_METADATA.
    package var writesContainerMetadata = false
    /// Whether tasks with a network interface of their own are kept from the instance's metadata.
    /// Source: ECS_AWSVPC_BLOCK_IMDS.
    package var blocksInstanceMetadata = false
    /// Where objects are: S3, or what speaks its API. Nil for the region. Source: AWS_ENDPOINT_URL_S3.
    package var objectServer: ServerURL?
    /// Where network file systems are found.
    package var fileSystemHosts = FileSystemHosts()
    package var timings = Timings()
    /// nil to serve none. With simulated containers there is nobody to serve.
    package var endpoints: Endpoints? = Endpoints()

    package init(
        server: ServerURL, cluster: String, region: String, availabilityZone: String, credential: Credential,
        cpuUnits: Int, memoryMiB: Int, stateDirectory: String, engine: Engine
    ) {
        self.server = server
        self.cluster = cluster
        self.region = region
        self.availabilityZone = availabilityZone
        self.credential = credential
        self.cpuUnits = cpuUnits
        self.memoryMiB = memoryMiB
        self.stateDirectory = stateDirectory
        self.engine = engine
    }
}
