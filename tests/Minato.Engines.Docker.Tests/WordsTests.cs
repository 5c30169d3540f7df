using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData("manifest for 127.0.0.1:4566/web:9 not found: manifest unknown: Requested image not found", PullFailure.NotFound)]
    [InlineData("repository 127.0.0.1:4566/web not found: name unknown: The repository does not exist", PullFailure.NotFound)]
    [InlineData("no matching manifest for linux/arm64 in the manifest list entries", PullFailure.NotFound)]
    [InlineData("pull access denied for web, repository does not exist or may require 'docker login'", PullFailure.Denied)]
    [InlineData("Head \"https://r.example/v2/web/manifests/1\": no basic auth credentials", PullFailure.Denied)]
    [InlineData("unauthorized: authentication required", PullFailure.Denied)]
    [InlineData("Get \"https://r.example/v2/\": dial tcp: lookup r.example on 10.0.0.2:53: no such host", PullFailure.Unreachable)]
    [InlineData("Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", PullFailure.Unreachable)]
    [InlineData("net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", PullFailure.Unreachable)]
    [InlineData("write /var/lib/docker/tmp/GetImageBlob1: no space left on device", PullFailure.DiskFull)]
    [InlineData("received unexpected HTTP status: 500 Internal Server Error", PullFailure.Other)]
    public void A_failed_pull_is_told_by_the_daemons_words(string words, PullFailure failure) => Words.PullFailure(words).ShouldBe(failure);

    [Theory]
    [InlineData("driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated", true, false)]
    [InlineData("Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use", true, false)]
    [InlineData("Address already in use", false, true)]
    [InlineData("OCI runtime create failed: exec: \"nothing\": executable file not found in $PATH", false, false)]
    public void A_port_and_an_address_are_told_apart(string words, bool isPort, bool isAddress) =>
        (Words.IsPortTaken(words), Words.IsAddressTaken(words)).ShouldBe((isPort, isAddress));
}
