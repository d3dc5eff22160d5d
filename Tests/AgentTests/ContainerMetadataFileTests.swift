import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Metadata files of containers")
struct ContainerMetadataFileTests {
    private static func creation(_ root: String?) -> ContainerCreation {
        var task = ACS.Task.sample()
        task.volumes = []
        var settings = TaskSettings.sample
        settings.metadataDirectory = root
        settings.containerInstanceARN = instanceARN
        settings.availabilityZone = "us-east-1a"
        settings.privateAddress = "10.0.0.1"
        var random = SeededRandom(seed: 1)
        let volumes = TaskVolumes(task, EngineNames(task), settings, &random)
        return ContainerCreation(
            .sample(), of: task, engineNames: ["app": "ecs-web-3-app-1"], volumes: volumes, settings: settings)
    }

    @Test("a container has its folder, and a variable that says where, only if that was asked for")
    func created() throws {
        let creation = ContainerMetadataFileTests.creation("/state/metadata")
        let file = try #require(creation.metadata)
        #expect(file.directory == "/state/metadata/ecs-web-3-app-1")
        let id = EndpointID.make(task: taskARN, engineName: "ecs-web-3-app-1")
        let body = creation.configuration
        #expect(body["HostConfig"]?["Binds"] == .array([.string("\(file.directory):/opt/ecs/metadata/\(id)")]))
        let variable = "ECS_CONTAINER_METADATA_FILE=/opt/ecs/metadata/\(id)/ecs-container-metadata.json"
        #expect(body["Env"]?.arrayValue?.contains(.string(variable)) == true)
        #expect(file.facts["TaskARN"] == .string(taskARN) && file.facts["MetadataFileStatus"] == nil)
        #expect(ContainerMetadataFileTests.creation(nil).metadata == nil)
        #expect(ContainerMetadataFileTests.creation(nil).configuration["HostConfig"]?["Binds"] == nil)
    }

    @Test("the file of a container that runs is complete, in the form of the Developer Guide")
    func completed() throws {
        let facts = try #require(ContainerMetadataFileTests.creation("/m").metadata).facts
        let details: JSONValue = [
            "Id": "aec2", "Name": "/ecs-web-3-app-1", "Image": "sha256:2ae3",
            "NetworkSettings": [
                "Ports": ["80/tcp": [["HostIp": "0.0.0.0", "HostPort": "32768"]]],
                "Networks": ["bridge": ["IPAddress": "172.17.0.2"]],
            ],
        ]
        let value = ContainerMetadataFile.completed(facts, with: details)
        #expect(
            value == [
                "Cluster": "default", "ContainerInstanceARN": .string(instanceARN), "TaskARN": .string(taskARN),
                "TaskDefinitionFamily": "web", "TaskDefinitionRevision": "3", "ContainerName": "app",
                "ImageName": "busybox:latest", "AvailabilityZone": "us-east-1a",
                "HostPrivateIPv4Address": "10.0.0.1", "ContainerID": "aec2",
                "DockerContainerName": "/ecs-web-3-app-1", "ImageID": "sha256:2ae3",
                "PortMappings": [["ContainerPort": 80, "HostPort": 32_768, "BindIp": "0.0.0.0", "Protocol": "tcp"]],
                "Networks": [["NetworkMode": "bridge", "IPv4Addresses": ["172.17.0.2"]]],
                "MetadataFileStatus": "READY",
            ])
    }

    @Test("what a task binds to a path like ours is not taken for its folder")
    func mounts() {
        func directory(_ source: String, at destination: String = "/opt/ecs/metadata/x") -> String? {
            let mount: JSONValue = [
                "Type": "bind", "Source": .string(source), "Destination": .string(destination),
            ]
            return ContainerMetadataFile.directory(of: ["Mounts": [mount]], in: "/state/metadata")
        }
        #expect(directory("/state/metadata/name") == "/state/metadata/name")
        #expect(directory("/state/metadata/name", at: "/elsewhere") == nil)
        for source in ["/etc", "/state/metadata", "/state/metadata/a/b", "/state/metadata2/a"] {
            #expect(directory(source) == nil)
        }
    }
}
