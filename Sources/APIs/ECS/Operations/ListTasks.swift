import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists tasks by the narrowest index that the filters allow; the other filters are checked one by one.
/// Source: Amazon ECS API Reference, ListTasks.
struct ListTasks: ReadOperation {
    static let model = ECS.Operations.listTasks

    func access(_ input: ECS.ListTasksRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        guard let text = input.containerInstance else { return [AccessRequest("ecs:ListTasks", "*")] }
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let id = try member(text, "container-instance", of: cluster, tx.realm)
        return [AccessRequest("ecs:ListTasks", tx.realm.ecs("container-instance/\(cluster)/\(id)"))]
    }

    func read(
        _ input: ECS.ListTasksRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListTasksResponse {
        let filter = try Filter(input, in: snapshot)
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(TaskRecord.self)
        let (arns, token) = paging.page { after, body in
            table.forEach(filter.index, prefix: filter.prefix, after: after) { task in
                filter.matches(task) ? body(task.key.path, task.arn(snapshot.realm)) : true
            }
        }
        return ECS.ListTasksResponse(taskArns: arns, nextToken: token)
    }

    /// The filters of one request.
    private struct Filter {
        var index = IndexName.taskByDesiredStatus
        var prefix: String
        let desiredStatus: String
        let instance: String?
        let service: String?
        let daemon: String?
        let family: String?
        let startedBy: String?
        let launchType: ECS.LaunchType?
        let isEmpty: Bool

        init(_ input: ECS.ListTasksRequest, in snapshot: Snapshot) throws(WireError) {
            let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
            desiredStatus = input.desiredStatus?.rawValue ?? "RUNNING"
            launchType = input.launchType
            startedBy = input.startedBy
            family = input.family
            instance = try input.containerInstance.map { text throws(WireError) in
                try member(text, "container-instance", of: cluster, snapshot.realm)
            }
            service = try input.serviceName.map { text throws(WireError) in
                try member(text, "service", of: cluster, snapshot.realm)
            }
            daemon = try input.daemonName.map { text throws(WireError) in
                try member(text, "daemon", of: cluster, snapshot.realm)
            }
            // Desired PENDING never occurs.
            isEmpty = desiredStatus == "PENDING"
            prefix = "\(cluster)/\(desiredStatus)/"
            if startedBy != nil, family != nil || instance != nil || service != nil || daemon != nil {
                throw .invalidParameter("cannot specify startedBy with any other filter.")
            }
            try chooseIndex(cluster, snapshot)
        }

        /// Every name that becomes part of a key is checked first.
        private mutating func chooseIndex(_ cluster: String, _ snapshot: Snapshot) throws(WireError) {
            if let service {
                guard Names.isName(service), snapshot.get(ServiceRecord.key(cluster, service)) != nil else {
                    throw .serviceNotFound("Service not found.")
                }
            }
            if let instance, !Names.isID(instance) {
                throw .invalidParameter("Container instance not found.")
            }
            if let family, !Names.isName(family) { throw .invalidParameter("Invalid family: \(family)") }
            if let family, service == nil, instance == nil, daemon == nil {
                index = .taskByFamily
                prefix = "\(cluster)/\(family)/\(desiredStatus)/"
            }
        }

        func matches(_ task: TaskRecord) -> Bool {
            if isEmpty { return false }
            if let instance, task.instanceID != instance { return false }
            if let service, task.service != service { return false }
            if let daemon, task.daemon != daemon { return false }
            // A daemon's tasks have families of their own.
            if let family, task.family != family || (task.daemon != nil && daemon == nil) { return false }
            if let startedBy, task.startedBy != startedBy { return false }
            if let launchType, task.launchType != launchType { return false }
            return true
        }
    }
}
