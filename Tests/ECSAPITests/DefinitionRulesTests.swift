import AWSModels
import AWSWire
import Testing

@testable import ECSAPI

/// One mistake to a row: the changes to a valid definition, and the words of the refusal.
@Suite("Validation of task definitions") struct DefinitionRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the task, beside family and containers.
        var task = ""
        /// Members of the one container, beside name, image and memory.
        var container = ""
        /// More containers.
        var others = ""
        /// A part of the message; nil for a definition that is fine.
        var says: String?

        var testDescription: String { "\(task) \(container) \(others)" }

        var request: String {
            let members = container.isEmpty ? "" : "," + container
            let first = #"{"name":"web","image":"nginx","memory":128\#(members)}"#
            let list = others.isEmpty ? first : first + "," + others
            return #"{"family":"f"\#(task.isEmpty ? "" : "," + task),"containerDefinitions":[\#(list)]}"#
        }

        /// Registers the definition and compares the answer.
        func check() {
            let answer = TestRegion().call("RegisterTaskDefinition", request)
            guard let says else {
                #expect(answer.status == 200, "\(answer.text)")
                return
            }
            #expect(answer.code == "ClientException")
            #expect(answer.message.contains(says), "\(answer.message)")
        }
    }

    @Test("a good definition is registered, a bad one refused in ECS's words", arguments: good + task + container)
    func check(row: Row) { row.check() }

    @Test("ports, networks, volumes and dependencies are checked", arguments: ports + volumes + dependencies)
    func checkParts(row: Row) { row.check() }

    @Test("a launch type that is required is checked", arguments: fargate + otherTypes)
    func checkLaunchType(row: Row) { row.check() }

    static let good = [
        Row(), Row(task: #""cpu":"1 vCPU","memory":"1GB""#), Row(container: #""healthCheck":{"command":["CMD","x"]}"#),
        Row(
            container: #""portMappings":[{"containerPort":53,"protocol":"tcp"},"#
                + #"{"containerPort":53,"protocol":"udp"}]"#),
        Row(
            task: #""volumes":[{"name":"v"}]"#, container: #""mountPoints":[{"sourceVolume":"v","containerPath":"/v"}]"#
        ),
        Row(task: #""placementConstraints":[{"type":"memberOf","expression":"attribute:a == b"}]"#),
    ]

    static let task = [
        Row(task: #""family":"a b""#, says: "Family contains invalid characters"),
        Row(task: #""cpu":"many""#, says: "Invalid 'cpu' setting for task."),
        Row(task: #""cpu":"64""#, says: "Invalid 'cpu' setting for task."),
        Row(task: #""memory":"1 vCPU""#, says: "Invalid 'memory' setting for task."),
        Row(task: #""memory":"9223372036854775807""#, says: "Invalid 'memory' setting for task."),
        Row(task: #""taskRoleArn":"""#, says: "Role is not valid"),
        Row(task: #""cpu":"128""#, container: #""cpu":256"#, says: "exceeds the 'cpu' value of the task"),
        Row(task: #""memory":"64""#, says: "exceeds the 'memory' value of the task"),
        Row(
            others: (1...10).map { #"{"name":"c\#($0)","image":"i","memory":9}"# }.joined(separator: ","),
            says: "cannot have more than 10 containers"),
        Row(
            container: #""environment":[{"name":"A","value":"\#(String(repeating: "x", count: 65_536))"}]"#,
            says: "Max allowed length is '65536' bytes."),
        Row(task: #""placementConstraints":[{"type":"memberOf"}]"#, says: "has the type memberOf and an expression"),
        Row(task: #""placementConstraints":[{"type":"memberOf","expression":"=="}]"#, says: "Invalid expression"),
    ]

    static let container = [
        Row(others: #"{"image":"i","memory":9}"#, says: "Container.name should not be null or empty."),
        Row(others: #"{"name":"x","memory":9}"#, says: "Container.image should not be null or empty."),
        Row(others: #"{"name":"a/b","image":"i","memory":9}"#, says: "Container.name contains invalid characters."),
        Row(others: #"{"name":"web","image":"i","memory":9}"#, says: "'web' is used more than once"),
        Row(
            others: #"{"name":"x","image":"i"}"#,
            says:
                "Invalid setting for container 'x'. At least one of 'memory' or 'memoryReservation' "
                + "must be specified."),
        Row(container: #""memoryReservation":256"#, says: "must be greater than or equal to 'memoryReservation'"),
        Row(
            container: #""essential":false"#,
            says: "At least one container in the task definition must be marked essential"),
        Row(others: #"{"name":"x","image":"i","memory":3}"#, says: "at least 4 MiB"),
        Row(container: #""cpu":-1"#, says: "must not be negative"),
        Row(container: #""healthCheck":{"command":["true"]}"#, says: "must begin with CMD, CMD-SHELL or NONE"),
        Row(
            container: #""healthCheck":{"command":["CMD","x"],"interval":4}"#,
            says: "interval must be between 5 and 300"),
        Row(container: #""restartPolicy":{"enabled":true,"restartAttemptPeriod":59}"#, says: "between 60 and 1800"),
        Row(
            container: #""secrets":[{"name":"A","valueFrom":"p"}]"#,
            says: "you must also specify a value for 'executionRoleArn'"),
        Row(
            task: #""executionRoleArn":"r""#,
            container: #""secrets":[{"name":"A","valueFrom":"p"}],"environment":[{"name":"A","value":"1"}]"#,
            says: "The secret name must be unique"),
        Row(container: #""logConfiguration":{"logDriver":"awslogs"}"#, says: "requires options: awslogs-group"),
        Row(
            container: #""logConfiguration":{"logDriver":"awsfirelens"}"#,
            says: "the awsfirelens log driver cannot be used"),
        Row(container: #""linuxParameters":{"swappiness":101}"#, says: "between 0 and 100"),
        Row(
            container: #""ulimits":[{"name":"core","softLimit":2,"hardLimit":1}]"#,
            says: "must not exceed its hard limit"),
        Row(
            task: #""executionRoleArn":"r""#, container: #""environmentFiles":[{"type":"s3","value":"x"}]"#,
            says: "the ARN of an S3 object"),
    ]

    static let ports = [
        Row(
            task: #""networkMode":"awsvpc""#, container: #""portMappings":[{"containerPort":80,"hostPort":81}]"#,
            says: "When networkMode=awsvpc, the host ports and container ports in port mappings must match."),
        Row(
            task: #""networkMode":"host""#, container: #""portMappings":[{"containerPort":80,"hostPort":81}]"#,
            says: "When networkMode=host, the host ports and container ports in port mappings must match."),
        Row(
            task: #""networkMode":"none""#, container: #""portMappings":[{"containerPort":80}]"#,
            says: "networkMode=none"),
        Row(container: #""portMappings":[{"hostPort":80}]"#, says: "must have a containerPort or a containerPortRange"),
        Row(container: #""portMappings":[{"containerPort":70000}]"#, says: "Invalid container port: 70000"),
        Row(container: #""portMappings":[{"containerPort":1,"hostPort":-1}]"#, says: "Invalid host port: -1"),
        Row(
            container: #""portMappings":[{"containerPort":1,"hostPort":8},{"containerPort":2,"hostPort":8}]"#,
            says: "Host ports must be unique"),
        Row(container: #""portMappings":[{"containerPortRange":"9-8"}]"#, says: "Invalid container port range"),
        Row(
            container: #""portMappings":[{"containerPortRange":"10-20"},{"containerPortRange":"20-30"}]"#,
            says: "overlaps with another one"),
        Row(container: #""portMappings":[{"containerPort":80,"name":"Web"}]"#, says: "Invalid port mapping name"),
        Row(
            container: #""portMappings":[{"containerPort":1,"name":"a"},{"containerPort":2,"name":"a"}]"#,
            says: "Port mapping names must be unique"),
        Row(
            task: #""networkMode":"awsvpc""#, container: #""links":["x"]"#,
            says: "Links are not supported when networkMode=awsvpc."),
        Row(
            task: #""networkMode":"awsvpc""#, container: #""hostname":"x""#,
            says: "The hostname field is not supported when networkMode=awsvpc."),
        Row(
            task: #""networkMode":"host""#,
            container: #""systemControls":[{"namespace":"net.core.somaxconn","value":"1"}]"#,
            says: "not supported when networkMode=host"),
    ]

    static let volumes = [
        Row(container: #""mountPoints":[{"sourceVolume":"v","containerPath":"/v"}]"#, says: "Unknown volume 'v'."),
        Row(task: #""volumes":[{"name":"v"},{"name":"v"}]"#, says: "Volume names must be unique"),
        Row(
            task: #""volumes":[{"name":"v","host":{},"dockerVolumeConfiguration":{}}]"#,
            says: "Only one volume configuration"),
        Row(
            task: #""volumes":[{"name":"v","dockerVolumeConfiguration":{"autoprovision":true}}]"#,
            says: "Autoprovision is only supported"),
        Row(
            task:
                #""volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"fs-1","#
                + #""authorizationConfig":{"iam":"ENABLED"}}}]"#,
            says: "Transit encryption must be enabled"),
        Row(container: #""volumesFrom":[{"sourceContainer":"x"}]"#, says: "Unknown source container 'x'"),
    ]

    static let dependencies = [
        Row(
            container: #""dependsOn":[{"containerName":"x","condition":"START"}]"#,
            says: "Unknown container dependency 'x'"),
        Row(
            container: #""dependsOn":[{"containerName":"x","condition":"SUCCESS"}]"#,
            others: #"{"name":"x","image":"i","memory":9}"#, says: "cannot be waited for with the condition SUCCESS"),
        Row(
            container: #""dependsOn":[{"containerName":"x","condition":"HEALTHY"}]"#,
            others: #"{"name":"x","image":"i","memory":9}"#, says: "A health check must be configured"),
        Row(
            container: #""dependsOn":[{"containerName":"x","condition":"START"}]"#,
            others: #"{"name":"x","image":"i","memory":9,"dependsOn":[{"containerName":"web","condition":"START"}]}"#,
            says: "must not form a cycle: web, x"),
        Row(container: #""links":["x:alias"]"#, says: "Unknown link 'x'"),
    ]

    private static let onFargate = #""requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","#
    private static let small = onFargate + #""cpu":"256","memory":"512""#

    static let fargate = [
        Row(task: small),
        Row(task: #""requiresCompatibilities":["FARGATE"]"#, says: "Fargate only supports network mode 'awsvpc'."),
        Row(task: onFargate + #""memory":"512""#, says: "Fargate requires that 'cpu' be defined at the task level."),
        Row(task: onFargate + #""cpu":"256""#, says: "Fargate requires that 'memory' be defined at the task level."),
        Row(
            task: onFargate + #""cpu":"256","memory":"256""#,
            says: "No Fargate configuration exists for given values: 256 CPU, 256 memory."),
        Row(task: small, container: #""privileged":true"#, says: "do not support privileged"),
        Row(task: small, container: #""stopTimeout":121"#, says: "between 2 and 120 seconds"),
        Row(task: small + #","ephemeralStorage":{"sizeInGiB":20}"#, says: "between 21 and 200 GiB"),
        Row(task: small + #","ephemeralStorage":{"sizeInGiB":201}"#, says: "between 21 and 200 GiB"),
        Row(task: small + #","ephemeralStorage":{"sizeInGiB":200}"#),
        Row(
            task: small, others: #"{"name":"x","image":"111122223333.dkr.ecr.us-east-1.amazonaws.com/x"}"#,
            says: "Fargate requires task definition to have execution role ARN to support ECR images."),
        Row(
            task: small,
            container:
                #""logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-region":"r","#
                + #""awslogs-stream-prefix":"p"}}"#,
            says: "to support log driver awslogs."),
        Row(
            task: small, container: #""logConfiguration":{"logDriver":"syslog"}"#,
            says: "does not support log driver syslog"),
    ]

    static let otherTypes = [
        Row(
            task: #""ephemeralStorage":{"sizeInGiB":30}"#,
            says: "ephemeralStorage is not supported for the launch type EC2"),
        Row(
            task: #""requiresCompatibilities":["EXTERNAL"],"networkMode":"awsvpc""#,
            says: "does not support network mode 'awsvpc'"),
        Row(task: #""requiresCompatibilities":["MANAGED_INSTANCES"]"#, says: "only supports network modes"),
    ]
}
