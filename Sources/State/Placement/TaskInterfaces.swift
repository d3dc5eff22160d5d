/// How many tasks of network mode awsvpc an instance takes: each has a network interface of its own.
package enum TaskInterfaces {
    /// The attribute with which a host says it itself: a number.
    package static let attribute = "ecs.task-interfaces"

    /// For a host that says nothing and is of no known type: the most that ECS gives any instance.
    /// Source: Amazon ECS Developer Guide, Supported instances for increased Amazon ECS container network interfaces.
    package static let standard = 120

    /// - Parameters:
    ///   - text: the attribute's value; what is no number does not count.
    ///   - instanceType: for example `m5.large`.
    package static func count(_ text: String?, instanceType: String?) -> Int {
        if let count = text.flatMap({ Int($0) }), count >= 0 { return min(count, Int(Int16.max)) }
        let size = instanceType.flatMap { $0.split(separator: ".").last }.map(String.init) ?? ""
        // The first interface is the instance's.
        return interfaces[size].map { $0 - 1 } ?? standard
    }

    /// The interfaces of an instance by its size: those of the general families. What differs, a host says itself.
    /// Source: Amazon EC2 User Guide, Elastic network interfaces (maximum by instance type).
    private static let interfaces = [
        "nano": 2, "micro": 2, "small": 3, "medium": 3, "large": 3, "xlarge": 4, "2xlarge": 4, "4xlarge": 8,
        "8xlarge": 8, "9xlarge": 8, "12xlarge": 8, "16xlarge": 15, "18xlarge": 15, "24xlarge": 15, "32xlarge": 15,
        "48xlarge": 15, "metal": 15,
    ]
}

extension ContainerInstanceRecord {
    /// How many tasks of network mode awsvpc the instance takes.
    package var taskInterfaces: Int {
        TaskInterfaces.count(attribute(TaskInterfaces.attribute), instanceType: attribute("ecs.instance-type"))
    }
}
