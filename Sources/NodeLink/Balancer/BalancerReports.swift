import AWSWire

/// What a node says first: who it is and which addresses it can give to load balancers.
package struct BalancerHello: Codable, Sendable, Equatable {
    /// Stays the same over restarts.
    package var name: String
    /// For example `us-east-1a`.
    package var zone: String
    /// The addresses of load balancers: a block in CIDR notation. Its first host address is the node's own.
    package var pool: String
    /// Where the node itself is reached from other machines.
    package var hostAddress: String
    package var version: String

    package init(name: String, zone: String, pool: String, hostAddress: String, version: String) {
        self.name = name
        self.zone = zone
        self.pool = pool
        self.hostAddress = hostAddress
        self.version = version
    }
}

/// The node serves a configuration.
package struct BalancerApplied: Codable, Sendable, Equatable {
    /// The configuration's.
    package var revision: Int
    /// What could not be done; everything else is served.
    package var problems: [Problem]

    package init(revision: Int, problems: [Problem]) {
        self.revision = revision
        self.problems = problems
    }

    /// Something that a person has to mend.
    package struct Problem: Codable, Sendable, Equatable {
        /// Nil when it concerns the whole node.
        package var loadBalancer: String?
        /// Nil when it concerns more than one.
        package var listener: String?
        /// A sentence that says what is wrong and, where we know, how to mend it.
        package var text: String

        package init(loadBalancer: String?, listener: String?, text: String) {
            self.loadBalancer = loadBalancer
            self.listener = listener
            self.text = text
        }
    }
}

/// Targets whose health is another than before; after `hello`, all of them.
package struct BalancerHealth: Codable, Sendable, Equatable {
    package var changes: [Change]

    package init(changes: [Change]) { self.changes = changes }

    /// Source: DescribeTargetHealth, TargetHealth: the words are the API's.
    package enum State: String, Codable, Sendable {
        case initial, healthy, unhealthy, draining, unavailable
        case unhealthyDraining = "unhealthy.draining"
    }

    /// One target's health.
    package struct Change: Codable, Sendable, Equatable {
        package var targetGroup: String
        package var target: String
        package var port: Int
        package var state: State
        /// `Target.Timeout` and its like; nil for `healthy`.
        package var reason: String?
        package var description: String?

        package init(
            targetGroup: String, target: String, port: Int, state: State, reason: String?, description: String?
        ) {
            self.targetGroup = targetGroup
            self.target = target
            self.port = port
            self.state = state
            self.reason = reason
            self.description = description
        }
    }
}

/// No request is in flight any more on a draining target.
package struct BalancerDrained: Codable, Sendable, Equatable {
    package var targetGroup: String
    package var target: String
    package var port: Int

    package init(targetGroup: String, target: String, port: Int) {
        self.targetGroup = targetGroup
        self.target = target
        self.port = port
    }
}

/// What went through the node in some time, a minute as a rule. A node keeps reports while it has no session.
package struct BalancerTraffic: Codable, Sendable, Equatable {
    /// When that time was over; nil for now.
    package var endedAt: Timestamp?
    /// How long the measurements cover.
    package var seconds: Double
    package var measurements: [Measurement]

    package init(endedAt: Timestamp? = nil, seconds: Double, measurements: [Measurement]) {
        self.endedAt = endedAt
        self.seconds = seconds
        self.measurements = measurements
    }

    /// A CloudWatch metric's values. Zeroes are not sent.
    package struct Measurement: Codable, Sendable, Equatable {
        /// CloudWatch's name: `RequestCount`, `HTTPCode_Target_2XX_Count`, `TargetResponseTime` (in seconds), …
        package var metric: String
        /// The id of the load balancer.
        package var loadBalancer: String
        /// Nil: of the load balancer as a whole.
        package var targetGroup: String?
        /// How many values there are.
        package var count: Int
        package var sum: Double
        package var minimum: Double
        package var maximum: Double
        /// For percentiles: values within one per cent of the true ones, ascending, and how often each came. Empty
        /// for mere counts.
        package var values: [Double]
        package var counts: [Int]

        package init(
            metric: String, loadBalancer: String, targetGroup: String?, count: Int, sum: Double, minimum: Double,
            maximum: Double, values: [Double] = [], counts: [Int] = []
        ) {
            self.metric = metric
            self.loadBalancer = loadBalancer
            self.targetGroup = targetGroup
            self.count = count
            self.sum = sum
            self.minimum = minimum
            self.maximum = maximum
            self.values = values
            self.counts = counts
        }
    }
}

/// A sign of life, in both directions.
package struct BalancerHeartbeat: Codable, Sendable, Equatable {
    package init() {}
}
